export { StateMachine } from './stateMachine.ts';
export type { Handlers, Handling, MessageNamed, NameOf, State, States, StateTable } from './states.ts';
