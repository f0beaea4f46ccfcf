/** Where one is: `#/actor?path=/a/b`, so that every view can be linked, and the buttons of the browser go back and forth. */
import { useLayoutEffect, useState } from '/vendor/preact.js';

export function routeOf(hash) {
  const [, view = '', query = ''] = /^#\/([\w-]*)\??(.*)$/.exec(hash) ?? [];
  return { view: view === '' ? 'overview' : view, params: new URLSearchParams(query) };
}

export function linkTo(view, params = {}) {
  const given = Object.entries(params).filter(
    ([, value]) => value !== undefined && value !== '' && value !== false,
  );
  const query = new URLSearchParams(given).toString();
  return `#/${view}${query === '' ? '' : `?${query}`}`;
}

export const linkToActor = path => linkTo('actor', { path });

export function go(view, params) {
  location.hash = linkTo(view, params);
}

/** Without a step to go back to: for what is typed. */
export function adjust(view, params) {
  history.replaceState(null, '', linkTo(view, params));
  dispatchEvent(new HashChangeEvent('hashchange'));
}

export function useRoute() {
  const [route, setRoute] = useState(routeOf(location.hash));
  useLayoutEffect(() => {
    const changed = () => setRoute(routeOf(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}
