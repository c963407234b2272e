/** Names of files for agents and cases, as the old suite makes them. */
import type { AgentResults } from '../model/result.js';

/** An agent's name in lower case, with blanks and everything but letters and digits as `_`. */
function agentSlug(agent: string): string {
  return agent
    .toLowerCase()
    .replace(/[^a-z0-9]/g, ' ')
    .trim()
    .replaceAll(' ', '_');
}

/** An id with `_` for its dots. */
function caseSlug(id: string): string {
  return id.replaceAll('.', '_');
}

/**
 * Finds a base name, without an extension, for each agent's pages. Two agents can have the same one
 * by the old suite's rule; the later then gets a number.
 */
export function baseNames(agents: readonly AgentResults[]): (agent: AgentResults, id: string) => string {
  const slugs = new Map<AgentResults, string>();
  const taken = new Set<string>();
  for (const agent of agents) {
    const slug = agentSlug(agent.agent) || 'unnamed';
    let name = slug;
    for (let nth = 2; taken.has(name); nth++) name = `${slug}_${nth}`;
    taken.add(name);
    slugs.set(agent, name);
  }
  return (agent, id) => `${slugs.get(agent)!}_case_${caseSlug(id)}`;
}
