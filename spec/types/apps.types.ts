/** What TypeScript says about apps and their settings. Nothing here runs; it only has to compile. */
import { z } from 'zod';
import type { Ref } from '../../lib/index.ts';
import {
  type App,
  defineApp,
  type Origin,
  type RunningApp,
  resolveSettings,
  runApps,
  setting,
} from '../../lib/pool/index.ts';

const app = defineApp({
  name: 'thumbnails',
  version: '1.2.0',
  settings: {
    bind: setting.string({ default: '127.0.0.1:8080', help: 'where it listens', flag: 'b' }),
    workers: setting.integer({ default: 2, min: 1, live: true, check: n => n % 2 === 0 }),
    ratio: setting.number(),
    verbose: setting.boolean(),
    mode: setting.choice(['fast', 'exact']),
    tags: setting.list(),
    ports: setting.list({ of: setting.integer(), default: [80] }),
    timeout: setting.duration({ default: '30s' }),
    home: setting.string({ check: z.url().transform(text => new URL(text)) }),
    note: setting.string({ optional: true }),
  },
  setup({ settings, spawn, onChange, signal }) {
    same<string>()(settings.bind);
    same<number>()(settings.workers);
    same<number>()(settings.ratio);
    same<boolean>()(settings.verbose);
    same<'fast' | 'exact'>()(settings.mode);
    same<readonly string[]>()(settings.tags);
    same<readonly number[]>()(settings.ports);
    same<number>()(settings.timeout);
    same<URL>()(settings.home);
    same<string | undefined>()(settings.note);
    // @ts-expect-error they are read-only
    settings.workers = 3;
    // @ts-expect-error there is no such setting
    settings.wokers;
    same<Ref<number>>()(spawn((n: number) => n));
    onChange('workers', value => same<number>()(value));
    // @ts-expect-error there is no such setting
    onChange('wokers', () => {});
    same<AbortSignal>()(signal);
    return async () => {};
  },
});

app.start({ settings: { workers: 3, mode: 'exact' } });
// @ts-expect-error a value of another type
app.start({ settings: { workers: '3' } });
// @ts-expect-error no such value
app.start({ settings: { mode: 'odd' } });
// @ts-expect-error no such setting
app.start({ settings: { wokers: 3 } });

type Schema = typeof app extends App<infer S> ? S : never;
declare const running: RunningApp<Schema>;
same<Promise<RunningApp<Schema>>>()(app.start());
same<'fast' | 'exact'>()(running.settings.mode);
same<Origin>()(running.origins.mode);

const bare = defineApp({ name: 'jobs', setup() {} });
runApps([app, bare], { name: 'shop' });
app.main(import.meta.url);
// @ts-expect-error not an app
runApps([{}]);
// @ts-expect-error no such option
runApps([app], { nmae: 'shop' });
// @ts-expect-error a setup is missing
defineApp({ name: 'jobs' });

// @ts-expect-error no such option
setting.string({ min: 1 });
// @ts-expect-error a default of another type
setting.integer({ default: '1' });
// @ts-expect-error none of the choices
setting.choice(['a', 'b'], { default: 'c' });
// @ts-expect-error a check of another type
setting.integer({ check: (text: string) => text === '' });

const { values } = resolveSettings({ workers: setting.integer() }, [
  { name: 'code', values: { workers: 1 } },
]);
same<number>()(values.workers);

/** Takes a value of exactly the type T. */
declare function same<T>(): <V>(value: V & (Equal<V, T> extends true ? unknown : 'of another type')) => void;
type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
