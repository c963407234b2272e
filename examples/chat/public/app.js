/**
 * The page: what the server says becomes messages, people and frames; what is typed goes to the
 * server.
 */
import { ChatSocket, socketUrl } from './chat-socket.js';
import { quote, who } from './element.js';
import { explainFields } from './field-notes.js';
import { FramesPanel } from './frames-panel.js';
import { LogView } from './log-view.js';
import { messageLine, showArrived, showFailed, showUnsent, unsentLine } from './message-line.js';
import { Outbox } from './outbox.js';
import { PeopleView } from './people-view.js';
import { handOver, kept, recall, remember, takeOver } from './storage.js';

/** RFC 6455 7.4.2: a code of the chat's own. Another connection has this one's session. */
const GOES_ON_ELSEWHERE = 4001;

const $ = (id) => document.getElementById(id);
const socket = new ChatSocket(chatUrl);
const panel = new FramesPanel($('frames'), $('hold'));
const log = new LogView($('log'), $('newer'));
const people = new PeopleView($('people'), $('people-count'));
const outbox = new Outbox();
/** There is no room for the frames beside the chat (as in style.css). */
const narrow = matchMedia('(max-width: 56rem)');
/** The visit that goes on, if this tab was only loaded anew. */
const earlier = takeOver();

let name = '';
let ownId = '';
let session = earlier?.session;
/** How far the history has been heard, and which one that is. */
let seq = 0;
let epoch = '';
/** Names of the welcome: they may be told once more, as of people who join. */
let known = new Set();
let isIn = false;
/** Why there is no connection, while there is none. */
let lost = '';
let isBrokerAway = false;
/** The key to the frames of this connection, and whether it was asked for. */
let framesKey = null;
let framesAsked = false;

$('name').value = earlier?.name ?? recall('name') ?? '';
$('not-kept').hidden = kept;
$('compress').checked = recall('compress') === 'yes';
$('join-fields').disabled = false; // without this script the form does nothing
$('name').focus();
$('name').select();
explainFields($('frames'), $('note'));

$('compress').addEventListener('change', () => {
  remember('compress', $('compress').checked ? 'yes' : 'no');
  socket.renew();
});
for (const view of ['chat', 'frames']) $(`view-${view}`).addEventListener('click', () => showView(view));
narrow.addEventListener('change', showFrames);
$('clear').addEventListener('click', () => panel.clear());
$('retry').addEventListener('click', () => socket.connect());
addEventListener('pagehide', () => {
  if (isIn) handOver({ name, session });
});
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) takeOver();
});

$('join-form').addEventListener('submit', (event) => {
  event.preventDefault();
  name = $('name').value.trim();
  if (name === '') return;
  if (name !== earlier?.name && !isIn) session = undefined;
  remember('name', name);
  showNameFault('');
  socket.leave();
  socket.connect();
});

$('say-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const text = $('text').value;
  if (text.trim() === '' || $('send').disabled) return;
  say(text);
  $('text').value = '';
});

socket.addEventListener('connecting', () => showStatus('connecting', 'Connecting…'));
socket.addEventListener('open', () => {
  isBrokerAway = false; // or the server says so
  socket.greet({ type: 'join', name, ...(session && { session }), ...(epoch && { since: seq }) });
});
socket.addEventListener('lost', (event) => {
  const { code } = event.detail;
  // A try that fails says less than what has failed before.
  const news = people.count > 0 || lost === '';
  if (news) lost = whyLost(event.detail);
  if (news && isIn)
    log.addNotice(lost, ...(event.detail.reason === '' ? [] : [': ', quote(event.detail.reason)]));
  people.clear();
  panel.unwatch();
  for (const [, { line }] of outbox.lines) showUnsent(line, 'waits for the connection');
  if (code !== GOES_ON_ELSEWHERE) return;
  event.preventDefault();
  showStatus('elsewhere', lost);
});
socket.addEventListener('waiting', ({ detail }) => showStatus('waiting', lost, `, next try in ${detail} s`));
socket.addEventListener('message', ({ detail }) => {
  onMessage(detail);
  // A busy room must not hide that an own line is still on its way; a broker that is away holds
  // lines back.
  if (outbox.lines.length > 0 && !isBrokerAway) socket.expectAnswer();
});

function onMessage(message) {
  switch (message.type) {
    case 'welcome':
      onWelcome(message);
      break;
    case 'presence':
      people.update(message);
      log.addPresence({ ...message, joined: message.joined.filter((one) => !known.has(one)) });
      known.clear();
      break;
    case 'said':
      hear(message);
      break;
    case 'gap':
      log.addNotice('something that was said is missing here');
      break;
    case 'broker':
      isBrokerAway = message.state === 'away';
      if (people.count > 0) showOnline();
      else if (isBrokerAway) showStatus('connecting', 'The chat’s broker is away: to join takes longer');
      break;
    case 'refused':
      onRefused(message);
      break;
  }
}

function onWelcome(welcome) {
  const cameBack = isIn && lost !== '';
  const comesIn = !$('join').hidden;
  if (welcome.epoch !== epoch) seq = 0;
  ({ id: ownId, name, session, epoch, framesKey } = welcome);
  people.reset(welcome.people, welcome.count, ownId);
  known = new Set(welcome.people.map((person) => person.name));
  $('join').hidden = true;
  $('chat').hidden = false;
  if (welcome.gap) log.addNotice('something said meanwhile is missing');
  for (const said of welcome.missed) hear(said);
  seq = Math.max(seq, welcome.seq);
  if (cameBack) log.addNotice('you are back');
  if (!isIn) log.addNotice('welcome, ', who(name));
  isIn = true;
  lost = '';
  showOnline();
  settleOutbox(welcome);
  if (comesIn) $('text').focus();
  if (framesKey === null && !framesAsked) showFrames();
  else if (framesKey !== null && framesAreSeen()) panel.watch(framesKey);
}

function settleOutbox(welcome) {
  const { arrived, again, gone } = outbox.resume(welcome.session, welcome.lastN);
  for (const { line } of arrived) arrive(line, Date.now());
  for (const [n, { line, text }] of again) {
    showUnsent(line, 'sending…');
    deliver(n, text);
  }
  for (const one of gone) fail(one, 'perhaps not delivered: the server has begun anew');
}

function onRefused({ of, n, reason }) {
  if (of === 'join') {
    socket.leave();
    showStatus('offline', 'Not connected');
    $('join').hidden = false;
    $('chat').hidden = true;
    showNameFault(reason);
    return;
  }
  const refused = outbox.settle(n);
  if (refused !== undefined) fail(refused, `not delivered: ${reason}`);
  else log.addNotice('the server refused that: ', quote(reason));
}

/** Anything said: again after a reconnection, it is heard once. */
function hear(said) {
  if (said.seq <= seq) return;
  seq = said.seq;
  const isOwn = said.id === ownId;
  const sent = isOwn ? outbox.settle(said.n) : undefined;
  if (sent === undefined) log.addMessage(() => messageLine(said, isOwn));
  else arrive(sent.line, said.at);
}

function say(text) {
  const line = unsentLine(name, text);
  log.addUnsent(line);
  deliver(outbox.add({ line, text }), text);
}

function deliver(n, text) {
  if (socket.send({ type: 'say', text, n }) && !isBrokerAway) socket.expectAnswer();
}

function arrive(line, at) {
  showArrived(line, at);
  log.addSettled(line);
}

function fail({ line, text }, words) {
  showFailed(line, words, () => {
    if ($('send').disabled) return;
    line.remove();
    say(text);
  });
  log.addSettled(line);
}

/** A Close in words, by its code (RFC 6455 7.4.1). Its reason is somebody's own words. */
function whyLost({ code }) {
  if (code === 0) return 'No answer from the server';
  if (code === 1001) return 'The server is going away';
  if (code === GOES_ON_ELSEWHERE) return 'This chat goes on in another window';
  return code === 1006 ? 'Connection lost' : `The server closed (${code})`;
}

/** Frames are reported only while they can be seen: on a narrow page once they are looked at. */
function chatUrl() {
  framesAsked = framesAreSeen();
  const wishes = [framesAsked ? 'frames' : '', $('compress').checked ? 'compress' : ''].filter(Boolean);
  return socketUrl(wishes.length === 0 ? 'ws' : `ws?${wishes.join('&')}`);
}

function framesAreSeen() {
  return !narrow.matches || document.body.dataset.view === 'frames';
}

function showFrames() {
  if (!framesAreSeen()) panel.unwatch();
  else if (framesKey !== null) panel.watch(framesKey);
  else if (isIn) socket.renew();
}

/** On a narrow page only one of the two is shown. */
function showView(view) {
  document.body.dataset.view = view;
  for (const one of ['chat', 'frames']) $(`view-${one}`).setAttribute('aria-pressed', String(one === view));
  showFrames();
}

function showOnline() {
  if (isBrokerAway)
    showStatus('away', `Connected as ${name}, but the chat’s broker is away: what is said waits`);
  else showStatus('online', `Connected as ${name}`);
}

/** The countdown stands outside of the live region: a screen reader is not to say every second. */
function showStatus(state, text, countdown = '') {
  $('status').dataset.state = state;
  if ($('status-text').textContent !== text) $('status-text').textContent = text;
  $('countdown').textContent = countdown;
  $('retry').hidden = state !== 'waiting' && state !== 'elsewhere';
  $('retry').textContent = state === 'elsewhere' ? 'Continue here' : 'Retry now';
  $('send').disabled = state !== 'online' && state !== 'away';
}

/** Why a name was refused, beside the field. */
function showNameFault(reason) {
  $('name-fault').textContent = reason;
  $('name').setAttribute('aria-invalid', String(reason !== ''));
  if (reason === '') return;
  $('name').focus();
  $('name').select();
}
