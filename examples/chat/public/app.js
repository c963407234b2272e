/** The page: what the server says becomes messages, people and frames; what is typed goes to the server. */
import { ChatSocket, socketUrl } from './chat-socket.js';
import { explainFields } from './field-notes.js';
import { FramesPanel } from './frames-panel.js';

const MAX_LINES = 500;

const $ = (id) => document.getElementById(id);
const socket = new ChatSocket(() => socketUrl($('compress').checked ? 'ws?frames' : 'ws?frames&plain'));
const panel = new FramesPanel($('frames'), $('hold'));
const people = new Map();
let name = '';
let ownId = 0;
let joinedBefore = false;
/** Why there is no connection, while there is none. */
let lost = '';

$('log').tabIndex = 0; // what scrolls can be scrolled without a mouse
$('name').value = localStorage.getItem('name') ?? '';
$('name').focus();
$('name').select();
explainFields($('frames'), $('note'));
$('compress').checked = localStorage.getItem('compress') !== 'no';
$('compress').addEventListener('change', () => {
  localStorage.setItem('compress', $('compress').checked ? 'yes' : 'no');
  socket.reconnect();
});
for (const view of ['chat', 'frames']) $(`view-${view}`).addEventListener('click', () => showView(view));
$('clear').addEventListener('click', () => panel.clear());
$('retry').addEventListener('click', () => socket.connect());

$('join-form').addEventListener('submit', (event) => {
  event.preventDefault();
  name = $('name').value.trim();
  if (name === '') return;
  localStorage.setItem('name', name);
  $('join').hidden = true;
  $('chat').hidden = false;
  if (!socket.send({ type: 'join', name })) socket.connect();
});

$('say-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = $('text').value;
  if (text.trim() !== '' && socket.send({ type: 'say', text })) $('text').value = '';
});

socket.addEventListener('connecting', () => showStatus('connecting', 'Connecting…'));
socket.addEventListener('open', () => socket.send({ type: 'join', name }));
socket.addEventListener('lost', ({ detail }) => {
  // A try that fails says less than what has failed before.
  if (people.size > 0 || lost === '') lost = whyLost(detail);
  if (people.size > 0) addNotice(lost);
  people.clear();
  showPeople();
});
socket.addEventListener('waiting', ({ detail }) => showStatus('waiting', lost, `, next try in ${detail} s`));
socket.addEventListener('message', ({ detail }) => onMessage(detail));

function onMessage(message) {
  switch (message.type) {
    case 'welcome':
      ownId = message.id;
      people.clear();
      for (const person of message.people) people.set(person.id, person.name);
      showPeople();
      lost = '';
      showStatus('online', `Connected as ${message.name}`);
      addNotice(joinedBefore ? 'you are back' : `welcome, ${message.name}`);
      joinedBefore = true;
      if (message.framesKey !== null) panel.watch(message.framesKey);
      $('text').focus();
      break;
    case 'joined':
      people.set(message.id, message.name);
      showPeople();
      addNotice(`${message.name} joined`);
      break;
    case 'left':
      people.delete(message.id);
      showPeople();
      addNotice(`${message.name} left${message.reason === '' ? '' : ` (${message.reason})`}`);
      break;
    case 'said':
      addMessage(message);
      break;
    case 'refused':
      addNotice(`the server refused that: ${message.reason}`);
      // Refused before a welcome, it was the name.
      if (people.size === 0) {
        $('join').hidden = false;
        $('chat').hidden = true;
      }
      break;
  }
}

/** What a Close says of itself (RFC 6455 7.4.1). */
function whyLost({ code, reason }) {
  if (code === 1001) return 'The server is going away';
  return reason === '' ? 'Connection lost' : `The server closed: ${reason}`;
}

/** On a narrow page only one of the two is shown. */
function showView(view) {
  document.body.dataset.view = view;
  for (const name of ['chat', 'frames'])
    $(`view-${name}`).setAttribute('aria-pressed', String(name === view));
}

/** The countdown stands outside of the live region: a screen reader is not to say every second. */
function showStatus(state, text, countdown = '') {
  $('status').dataset.state = state;
  if ($('status-text').textContent !== text) $('status-text').textContent = text;
  $('countdown').textContent = countdown;
  $('retry').hidden = state !== 'waiting';
  $('send').disabled = state !== 'online';
}

function showPeople() {
  $('people').replaceChildren(...[...people].map(([id, person]) => personItem(id, person)));
  $('people-count').textContent = people.size === 0 ? '' : String(people.size);
}

function personItem(id, person) {
  const item = element('li', id === ownId ? 'own' : '', person);
  item.style.setProperty('--hue', String(hueOf(person)));
  return item;
}

function addMessage({ id, name: author, text, at }) {
  const line = element('article', id === ownId ? 'message own' : 'message');
  const head = element('div', 'by');
  const time = element(
    'time',
    '',
    new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' }),
  );
  time.dateTime = new Date(at).toISOString();
  head.append(element('strong', '', author), time);
  line.style.setProperty('--hue', String(hueOf(author)));
  line.append(head, element('p', '', text));
  addLine(line);
}

function addNotice(text) {
  addLine(element('p', 'notice', text));
}

/** Keeps the end in sight, unless the reader has scrolled up. */
function addLine(line) {
  const log = $('log');
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  log.append(line);
  while (log.children.length > MAX_LINES) log.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

/** What others wrote only ever becomes text, never markup. */
function element(tag, className = '', text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** The same colour for a name in every tab. */
function hueOf(text) {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + character.codePointAt(0)) % 360;
  return hash;
}
