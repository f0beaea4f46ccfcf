/**
 * A calculator that other programs call: JSON-RPC 2.0, one request, notification or batch a line. What goes wrong in a request is an answer, and
 * harms neither the connection nor the server.
 *
 *     npx startnode --actor examples.calculator.Calculator --params '{"port": 7008}'
 *     echo '{"jsonrpc": "2.0", "id": 1, "method": "add", "params": [1, 2]}' | nc -N 127.0.0.1 7008
 */
import { lines, type TcpAddress, TcpConnection, TcpServer } from 'troupe/net';

export class Calculator extends TcpServer<{ port?: number } | undefined> {
  protected override get options() {
    return { port: this.params?.port ?? 0, connection: CalculatorConnection, framing: lines() };
  }

  override listening({ host, port }: TcpAddress) {
    console.log(`calculator: listens on ${host}:${port}`);
  }
}

const methods = new Map<string, (a: number, b: number) => number>([
  ['add', (a, b) => a + b],
  ['subtract', (a, b) => a - b],
  ['multiply', (a, b) => a * b],
  ['divide', divide],
]);

function divide(a: number, b: number): number {
  if (b === 0) throw new RpcError(-32000, 'Division by zero');
  return a / b;
}

class CalculatorConnection extends TcpConnection {
  receiveFrame(line: string) {
    const answers = answersTo(line);
    if (answers !== undefined) this.send(JSON.stringify(answers));
  }
}

interface Answer {
  readonly jsonrpc: '2.0';
  readonly id: unknown;
  readonly result?: number;
  readonly error?: { readonly code: number; readonly message: string };
}

/** Undefined when nothing is to be answered: notifications get no answer, not even an error. */
function answersTo(line: string): Answer | Answer[] | undefined {
  let request: unknown;
  try {
    request = JSON.parse(line);
  } catch {
    return answer(null, new RpcError(-32700, 'Parse error'));
  }
  if (!Array.isArray(request)) return answerTo(request);
  if (request.length === 0) return answer(null, new RpcError(-32600, 'Invalid Request'));
  const answers = request.map(answerTo).filter(one => one !== undefined);
  return answers.length > 0 ? answers : undefined;
}

function answerTo(request: unknown): Answer | undefined {
  const { jsonrpc, id, method, params } = Object(request);
  if (jsonrpc !== '2.0' || typeof method !== 'string')
    return answer(isId(id) ? id : null, new RpcError(-32600, 'Invalid Request'));
  const result = call(method, params);
  return id === undefined ? undefined : answer(id, result);
}

function call(method: string, params: unknown): number | RpcError {
  const found = methods.get(method);
  if (found === undefined) return new RpcError(-32601, `Method not found: ${method}`);
  if (!Array.isArray(params) || params.length !== 2 || !params.every(Number.isFinite))
    return new RpcError(-32602, `Invalid params: ${method} takes two numbers`);
  try {
    return found(params[0], params[1]);
  } catch (error) {
    return error instanceof RpcError ? error : new RpcError(-32603, 'Internal error');
  }
}

function answer(id: unknown, outcome: number | RpcError): Answer {
  if (typeof outcome === 'number') return { jsonrpc: '2.0', id, result: outcome };
  return { jsonrpc: '2.0', id, error: { code: outcome.code, message: outcome.message } };
}

const isId = (id: unknown) => typeof id === 'string' || typeof id === 'number';

class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}
