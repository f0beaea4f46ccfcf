/** A list of any length of which only what is seen is in the document. All rows are of one height, and stay where they are. */
import { html, useEffect, useLayoutEffect, useRef, useState } from '/vendor/preact.js';

const beyond = 6;

/** Whether the page is narrow, and rows take two lines. */
export function useNarrow() {
  const query = matchMedia('(max-width: 720px)');
  const [isNarrow, setNarrow] = useState(query.matches);
  useEffect(() => {
    const changed = ({ matches }) => setNarrow(matches);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return isNarrow;
}

/**
 * @param props.total how many rows there are
 * @param props.row gives what is in the row of an index, and what else its element has: `{ content, ...attributes }`
 * @param props.onRange told which rows are seen
 * @param props.shown an index that is to be seen whenever it changes
 * @param props.attributes of the element that scrolls
 */
export function List({ total, rowHeight, row, onRange, shown, attributes = {} }) {
  const box = useRef(null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const look = () => {
    const { scrollTop, clientHeight } = box.current;
    setSeen(seen =>
      seen.top === scrollTop && seen.height === clientHeight
        ? seen
        : { top: scrollTop, height: clientHeight },
    );
  };
  useLayoutEffect(() => {
    look();
    const observer = new ResizeObserver(look);
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.min(Math.floor(seen.top / rowHeight), total - 1) - beyond);
  const last = Math.min(total, Math.ceil((seen.top + seen.height) / rowHeight) + beyond);
  useEffect(() => onRange?.(first, last), [first, last]);
  useLayoutEffect(() => {
    if (shown === undefined || shown < 0) return;
    const { current } = box;
    const top = shown * rowHeight;
    if (top < current.scrollTop) current.scrollTop = top;
    else if (top + rowHeight > current.scrollTop + current.clientHeight)
      current.scrollTop = top + rowHeight - current.clientHeight;
  }, [shown]);
  const rows = [];
  for (let index = first; index < last; index++) {
    const { content, class: name = '', ...more } = row(index);
    rows.push(
      html`<div key=${index} class=${`row ${name}`} style=${{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }} ...${more}>${content}</div>`,
    );
  }
  return html`<div class="list" ref=${box} onScroll=${look} ...${attributes}>
    <div class="rows" role="presentation" style=${{ height: `${total * rowHeight}px` }}>${rows}</div>
  </div>`;
}

/** The part of very many rows that is asked for: whole blocks, so that it does not change with every step. */
export function useBlock() {
  const [offset, setOffset] = useState(0);
  const onRange = (first, last) =>
    setOffset(offset =>
      first >= offset && last <= offset + blockSize
        ? offset
        : Math.max(0, Math.floor((first - 60) / 50) * 50),
    );
  return { offset, limit: blockSize, onRange };
}
const blockSize = 200;
