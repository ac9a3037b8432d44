/** The tool does not do what was asked. The message is written for the model: what was wrong, what is allowed. */
export class Refusal extends Error {
  public constructor(message: string) {
    super(message);
    this.name = 'Refusal';
  }
}
