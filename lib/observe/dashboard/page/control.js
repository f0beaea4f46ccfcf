/** What can be done to an actor by hand, where the node lets the page. */
import { html, useRef, useState } from '/vendor/preact.js';

async function post(action, body) {
  const response = await fetch(`/api/control/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-troupe-control': '1' },
    body: JSON.stringify(body),
  });
  const { text, error } = await response.json();
  if (error !== undefined) throw new Error(error);
  return text;
}

const questions = {
  restart: 'Give it a new instance? What it does now comes to its end; its mailbox stays.',
  stop: 'Stop it, and all below it, once what it does now is done?',
  kill: 'End it, and all below it, at once?',
};

export function Control({ path }) {
  const dialog = useRef(null);
  const [asked, ask] = useState('stop');
  const [text, setText] = useState('');
  const [result, setResult] = useState({ text: '', isError: false });
  const act = (action, body) =>
    post(action, { path, ...body }).then(
      text => setResult({ text: `${text}.`, isError: false }),
      error => setResult({ text: error.message, isError: true }),
    );
  const send = event => {
    event.preventDefault();
    try {
      act('send', { message: JSON.parse(text) });
    } catch {
      setResult({ text: 'The message is no JSON: a text needs quotes, as in "hello".', isError: true });
    }
  };
  const open = action => {
    ask(action);
    dialog.current.showModal();
  };
  return html`<section class="card control" aria-label="By hand">
    <form onSubmit=${send}>
      <input aria-label="Message, as JSON" placeholder='Message as JSON: { "n": 1 }' value=${text} onInput=${event => setText(event.target.value)} spellcheck=${false} autocomplete="off" required />
      <button type="submit">Send</button>
    </form>
    <div class="buttons">${Object.keys(questions).map(action => html`<button key=${action} class=${action === 'kill' ? 'grave' : ''} onClick=${() => open(action)}>${action}</button>`)}</div>
    <p class=${`result ${result.isError ? 'is-error' : ''}`} role="status">${result.text}</p>
    <dialog ref=${dialog} aria-labelledby="ask-title">
      <form method="dialog">
        <h2 id="ask-title">${asked} ${path}</h2>
        <p>${questions[asked]}</p>
        <div class="buttons">
          <button value="no">Leave it</button>
          <button value="yes" class="grave" onClick=${() => act(asked, {})}>Yes, ${asked}</button>
        </div>
      </form>
    </dialog>
  </section>`;
}
