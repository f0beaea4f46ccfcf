/** The name on the link by which messages of a node come to the life `id` of an actor in a thread or process. */
export const doorName = (id: number) => `/$to/${id}`;
