/** What `troupe top` shows and how keys change it: knows neither the terminal nor the node. */
import { actorTable, actorText, clean, cleanLines, cut, headerOf } from '../../observe/console/format.ts';
import type { SortKey } from '../../observe/observatory/census.ts';
import type { ActorRow, ActorView, NodeView } from '../../observe/observatory/views.ts';

/** A key, as node:readline calls it. */
export interface Key {
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

/** What the node has answered last. */
export interface Answers {
  readonly overview: NodeView;
  readonly actors: { readonly total: number; readonly rows: readonly ActorRow[] };
  /** The one that was asked for closely, if any; its view is undefined when it is gone. */
  readonly closely?: { readonly path: string; readonly view: ActorView | undefined } | undefined;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const sortOf: Readonly<Record<string, SortKey>> = {
  r: 'rate',
  s: 'share',
  m: 'queued',
  x: 'restarts',
  h: 'handled',
  u: 'uptime',
  p: 'path',
};
const keysHelp =
  'q quit  sort: r msg/s, s share, m queued, x restarts, h handled, u uptime, p path  / filter  ⏎ inspect  space pause';

export class TopModel {
  sort: SortKey;
  search: string;
  isPaused = false;
  isOver = false;
  /** The path of the actor that is looked at closely. */
  closely: string | undefined;
  /** The path of the line that is marked; the first when it is not shown. */
  #marked: string | undefined;
  /** What is being typed as the filter. */
  #typing: string | undefined;
  /** How many lines are left out at the top of the close look. */
  #scroll = 0;
  #answers: Answers | undefined;
  #complaint = '';

  constructor(sort: SortKey, search = '') {
    this.sort = sort;
    this.search = search;
  }

  /** What the node has answered. */
  take(answers: Answers): void {
    this.#answers = answers;
    this.#complaint = '';
  }

  /** Why it has not answered this time. */
  complain(text: string): void {
    this.#complaint = `${text}  `;
  }

  /** @returns whether the node is to be asked anew */
  press({ name, sequence = '', ctrl = false }: Key): boolean {
    if (ctrl && (name === 'c' || name === 'd')) {
      this.isOver = true;
      return false;
    }
    if (this.#typing !== undefined) return this.#type(name, sequence, ctrl);
    if (name === 'q') {
      this.isOver = true;
      return false;
    }
    if (name === 'space') {
      this.isPaused = !this.isPaused;
      return !this.isPaused;
    }
    if (this.closely !== undefined) return this.#pressClosely(name);
    return this.#pressInList(name, sequence);
  }

  #type(name: string | undefined, sequence: string, ctrl: boolean): boolean {
    const typed = this.#typing ?? '';
    if (name === 'return' || name === 'enter') {
      this.search = typed;
      this.#typing = undefined;
      return true;
    }
    if (name === 'escape') this.#typing = undefined;
    else if (name === 'backspace') this.#typing = [...typed].slice(0, -1).join('');
    else if (ctrl && name === 'u') this.#typing = '';
    else if (!ctrl && /^\P{Cc}+$/u.test(sequence)) this.#typing = typed + sequence;
    return false;
  }

  #pressClosely(name: string | undefined): boolean {
    if (name === 'escape' || name === 'return' || name === 'backspace' || name === 'left') {
      this.closely = undefined;
      return true;
    }
    const step = { up: -1, down: 1, pageup: -10, pagedown: 10 }[name ?? ''] ?? 0;
    this.#scroll = Math.max(0, this.#scroll + step);
    return false;
  }

  #pressInList(name: string | undefined, sequence: string): boolean {
    const sort = sortOf[sequence];
    if (sort !== undefined) {
      this.sort = sort;
      this.#marked = undefined;
      return true;
    }
    if (sequence === '/') this.#typing = this.search;
    else if (name === 'escape') {
      this.search = '';
      return true;
    } else if (name === 'return' || name === 'enter') {
      this.closely = this.#rows[this.#index]?.path;
      this.#scroll = 0;
      return this.closely !== undefined;
    } else this.#move({ up: -1, down: 1, pageup: -10, pagedown: 10 }[name ?? ''] ?? 0);
    return false;
  }

  #move(step: number): void {
    const index = Math.min(this.#rows.length - 1, Math.max(0, this.#index + step));
    if (step !== 0) this.#marked = this.#rows[index]?.path;
  }

  get #rows(): readonly ActorRow[] {
    return this.#answers?.actors.rows ?? [];
  }

  get #index(): number {
    return Math.max(
      0,
      this.#rows.findIndex(({ path }) => path === this.#marked),
    );
  }

  /** What is to be asked: as many actors as could be shown, and some to scroll to. */
  get limit(): number {
    return 200;
  }

  /** The lines of the screen: no more and no wider than it is. */
  lines({ columns, rows }: Size, hasColors: boolean): string[] {
    if (this.#answers === undefined) return ['asking …'];
    const look = lookOf(hasColors);
    const header = headerOf(this.#answers.overview).map(line => cut(line, columns));
    const room = Math.max(1, rows - header.length - 3);
    const body = this.closely === undefined ? this.#list(room, columns, look) : this.#close(room, columns);
    const all = [...header, '', ...body];
    while (all.length < rows - 1) all.push('');
    return [...all.slice(0, rows - 1), look.dim(cut(this.#footer, columns))];
  }

  #list(room: number, columns: number, look: Look): string[] {
    const all = this.#rows;
    // The marked one is always to be seen.
    const first = Math.max(0, Math.min(this.#index - room + 1, all.length - room));
    const shown = all.slice(first, first + room);
    const [titles = '', ...lines] = actorTable(shown, columns - 2);
    return [
      look.bold(cut(`  ${titles}`, columns)),
      ...lines.map((line, i) =>
        first + i === this.#index ? look.marked(cut(`> ${line}`, columns)) : cut(`  ${line}`, columns),
      ),
    ];
  }

  #close(room: number, columns: number): string[] {
    const { closely: path = '' } = this;
    const answer = this.#answers?.closely;
    if (answer?.path !== path) return ['asking …'];
    if (answer.view === undefined) return [cut(`${clean(path)} is gone`, columns)];
    const lines = cleanLines(actorText(answer.view)).split('\n');
    this.#scroll = Math.max(0, Math.min(this.#scroll, lines.length - room));
    return lines.slice(this.#scroll, this.#scroll + room + 1).map(line => cut(line, columns));
  }

  get #footer(): string {
    if (this.#typing !== undefined) return `filter: ${this.#typing}▏ (enter: apply, escape: leave)`;
    const filter = this.search === '' ? '' : `filter: ${this.search} (escape clears it)  `;
    const paused = this.#complaint + (this.isPaused ? 'PAUSED  ' : '');
    const total = this.#answers?.actors.total ?? 0;
    if (this.closely !== undefined) return `${paused}q quit  escape back  arrows scroll  space pause`;
    return `${paused}${filter}${total} actors by ${this.sort}  ${keysHelp}`;
  }
}

interface Look {
  bold(text: string): string;
  dim(text: string): string;
  marked(text: string): string;
}

const plain = (text: string) => text;
const lookOf = (hasColors: boolean): Look =>
  hasColors
    ? {
        bold: text => `\u001b[1m${text}\u001b[0m`,
        dim: text => `\u001b[2m${text}\u001b[0m`,
        marked: text => `\u001b[7m${text}\u001b[0m`,
      }
    : { bold: plain, dim: plain, marked: plain };
