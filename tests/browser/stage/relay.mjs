// The real program for the tests: a private Postgres in a folder of its own, LINE's simulator, one node and a small
// tree, all on free ports. Everything is set up by the commands that an operator would use.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, isFree, keep, run, until } from './process.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const program = resolve(process.env.GCC_RELAY_PROGRAM ?? join(here, '../../../target/debug/gcc-relay'));

/** LINE groups of `tree.csv` by code. */
export const LINE_GROUPS = {
  gcc1: 'Cbrowser0001',
  'gcc2-lamphun': 'Cbrowser0002',
  'gcc3-lamphun-commerce': 'Cbrowser0003',
  'gcc3-lamphun-mueang': 'Cbrowser0004',
  'gcc2-chiangmai': 'Cbrowser0006',
  'gcc3-chiangmai-commerce': 'Cbrowser0007',
  'gcc2-moi': 'Cbrowser0009',
};

export class Relay {
  /** Starts all of it; gives it ready to be used. */
  static async start() {
    const relay = new Relay();
    relay.log = [];
    relay.folder = await mkdtemp(join(tmpdir(), 'gcc-relay-browser.'));
    // where tests run as root, Postgres runs as somebody else, who must be able to pass
    await chmod(relay.folder, 0o755);
    try {
      await relay.#setUp();
    } catch (error) {
      await relay.stop();
      throw new Error(`${error.message}\n${relay.log.join('')}`, { cause: error });
    }
    return relay;
  }

  async #setUp() {
    [this.port, this.linePort] = [await freePort(), await freePort()];
    this.url = `http://127.0.0.1:${this.port}`;
    this.lineUrl = `http://127.0.0.1:${this.linePort}`;
    const { DATABASE_URL: _, ...env } = process.env;
    this.env = {
      ...env,
      GCC_RELAY__DATABASE__DATA_DIR: join(this.folder, 'postgres'),
      GCC_RELAY__SECRETS__KEY_FILE: join(this.folder, 'secret.key'),
      GCC_RELAY__FILES__STORE: join(this.folder, 'files'),
      GCC_RELAY__SERVER__LISTEN: `127.0.0.1:${this.port}`,
      GCC_RELAY__SERVER__PUBLIC_URL: this.url,
      GCC_RELAY__DEMO__SIMULATOR_LISTEN: `127.0.0.1:${this.linePort}`,
      GCC_RELAY__LINE__API_BASE: this.lineUrl,
      GCC_RELAY__LINE__DATA_BASE: this.lineUrl,
      // one role that is asked for codes, so that both ways in are gone
      GCC_RELAY__ACCOUNTS__CODE_DEMANDED: '["approver"]',
      GCC_RELAY__LOG__FILTER: 'warn,sqlx=error',
      GCC_RELAY__LOG__FORMAT: 'json',
    };
    const tree = join(here, '../tree.csv');
    const data = join(this.folder, 'simulator');
    this.simulator = this.#keep(['simulator', '--channel', 'gcc', '--tree', tree, '--data-dir', data]);
    // the node holds the private Postgres, so that the commands find it running
    this.node = this.#keep(['serve']);
    await this.#answers('the simulator', this.lineUrl, this.simulator);
    await this.#answers('the node', `${this.url}/readyz`, this.node);
    const [secret, token] = ['secret', 'token'].map((kind) => join(data, `gcc.${kind}`));
    await this.command('channel', 'add', 'gcc', '--name', 'GCC', '--secret-file', secret, '--token-file', token);
    await this.command('tree', 'import', tree);
    this.key = await this.command('key', 'create', '--name', 'browser-tests', '--role', 'admin');
  }

  #keep(args) {
    return keep(program, args, { env: this.env, log: (text) => this.log.push(String(text)) });
  }

  async #answers(what, url, child) {
    let gone = false;
    child.ended.then(() => { gone = true; });
    await until(what, async () => {
      if (gone) throw new Error(`${what} has stopped`);
      return (await fetch(url).catch(() => null))?.ok;
    }, 60_000);
  }

  /** Runs one of the program's commands; gives what it printed. */
  command(...args) {
    return run(program, args, this.env);
  }

  /** Ends the node as a power cut would and starts it again. */
  async restart() {
    await this.node.kill();
    await until('the port to be given back', () => isFree(this.port));
    this.node = this.#keep(['serve']);
    await this.#answers('the node', `${this.url}/readyz`, this.node);
  }

  /** Stops everything, removes the folder. */
  async stop() {
    await Promise.all([this.node?.stop(), this.simulator?.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Calls the REST API as the admin; gives the answer's JSON. */
  async api(method, path, body) {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${this.key}`, ...(body && { 'content-type': 'application/json' }) },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  /** Writes a bulletin and publishes it; gives it. */
  async publish(draft) {
    const { id } = await this.api('POST', '/bulletins', draft);
    await this.api('POST', `/bulletins/${id}/publish`, {});
    return this.api('GET', `/bulletins/${id}`);
  }

  /** Waits until LINE has taken the bulletin for this group. */
  async accepted(bulletin, group) {
    await until(`LINE to accept ${group}`, async () => {
      const { items } = await this.api('GET', `/bulletins/${bulletin.id}/deliveries?group=${group}`);
      return items[0]?.state === 'accepted';
    });
  }

  /** Waits until the bulletin has come to an end at this group, whichever. */
  async ended(bulletin, group) {
    const open = ['waiting', 'held', 'ready', 'sending', 'parked'];
    await until(`${group} to come to an end`, async () => {
      const { items } = await this.api('GET', `/bulletins/${bulletin.id}/deliveries?group=${group}`);
      return items[0] && !open.includes(items[0].state);
    });
  }

  /** The page of a group's chat, as its members see it. */
  chat(group) {
    return `${this.lineUrl}/groups/${LINE_GROUPS[group]}`;
  }
}
