/** Why a node can't be looked at: its message is the one line that the user reads. */
export class CannotLook extends Error {
  override readonly name = 'CannotLook';
}
