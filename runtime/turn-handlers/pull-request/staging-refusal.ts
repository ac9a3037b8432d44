/** Why a pull request is not reviewed. The turn ends as Rejected: no session is opened, and nothing is published. */
export class StagingRefusal extends Error {
  constructor(
    readonly code:
      | 'no-changes'
      | 'draft'
      | 'bot-author'
      | 'author-skipped'
      | 'change-too-large'
      | 'nothing-reviewable'
      | 'fork-not-allowed'
      | 'superseded'
      | 'not-found',
    /** For people, without any text of the pull request. */
    message: string,
  ) {
    super(message);
  }
}
