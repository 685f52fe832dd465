// A second node over the same database with settings of its own, so that a rule that changes everything can be tried
// while all other tests keep theirs. It serves the web only; the first node sends.

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, keep, until } from './process.mjs';

const program = resolve(process.env.GCC_RELAY_PROGRAM
  ?? fileURLToPath(new URL('../../../target/debug/gcc-relay', import.meta.url)));

/**
 * Plays with the relay as it is behind a node with these settings, or those made for its address, and ends that node.
 * Browsers reach it by the name or address `host`.
 */
export async function behindSecondNode(relay, settings, play, host = '127.0.0.1') {
  const port = await freePort();
  const url = `http://${host}:${port}`;
  const log = [];
  const env = { ...relay.env, GCC_RELAY__SERVER__LISTEN: `127.0.0.1:${port}`, ...(typeof settings === 'function' ? settings(url) : settings) };
  const node = keep(program, ['serve', '--role', 'web'], { env, log: (text) => log.push(String(text)) });
  let gone = false;
  node.ended.then(() => { gone = true; });
  try {
    await until('the second node', async () => {
      if (gone) throw new Error(`the second node has stopped: ${log.join('')}`);
      return (await fetch(`${url}/readyz`).catch(() => null))?.ok;
    }, 60_000);
    await play(Object.assign(Object.create(relay), { url }));
  } finally {
    await node.stop();
  }
}
