// Processes that cannot outlive the tests: each hangs on a pipe from us, which closes however we end.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Runs until its stdin ends, then asks the program to stop, and insists after a while.
const KEEPER = `
"$@" </dev/null & child=$!
trap '' INT
{ cat >/dev/null; kill -TERM "$child" 2>/dev/null; sleep 20; kill -KILL "$child" 2>/dev/null; } <&3 & keeper=$!
wait "$child"; status=$?
kill "$keeper" 2>/dev/null
exit "$status"
`;

/** Starts a program that serves. `stop()` ends it in order, `kill()` as a power cut would. */
export function keep(program, args, { env, log }) {
  const child = spawn('sh', ['-c', KEEPER, 'sh', program, ...args], {
    env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'], detached: true,
  });
  child.stdout.on('data', (text) => log(text));
  child.stderr.on('data', (text) => log(text));
  const ended = once(child, 'exit');
  // whatever is left of its process group goes too: the keeper's own waiting
  const sweep = () => { try { process.kill(-child.pid, 'SIGKILL'); } catch { /* all gone */ } };
  return {
    ended,
    async stop() {
      child.stdio[3].end();
      await ended;
      sweep();
    },
    async kill() {
      sweep();
      await ended;
    },
  };
}

/** Runs a command that must succeed; gives what it printed. */
export async function run(program, args, env) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  let complaints = '';
  child.stdout.setEncoding('utf8').on('data', (text) => { printed += text; });
  child.stderr.setEncoding('utf8').on('data', (text) => { complaints += text; });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${complaints || printed}`);
  return printed.trim();
}

/**
 * A port that nobody listens on, below those that the kernel gives to outgoing connections: a server that is restarted
 * finds it free again.
 */
export async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if (await isFree(port)) return port;
  }
}

/** Whether a server could listen there now. A program that was killed may hold its port for a moment longer. */
export async function isFree(port) {
  const server = createServer().listen(port, '127.0.0.1');
  const free = await once(server, 'listening').then(() => true, () => false);
  if (!free) return false;
  server.close();
  await once(server, 'close');
  return true;
}

/** Asks again and again until `ask` gives something, or throws after `patience` ms. */
export async function until(what, ask, patience = 30_000) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${patience} ms for ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 40); });
  }
}
