/** The tool refuses a call. The message is for the model: what is wrong, and what is allowed. */
export class Refusal extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'Refusal';
  }
}
