const { default: Sequencer } = require('@jest/test-sequencer');

/** The suites without servers and waits are the small ones: what they notice, the others need not be run for. */
module.exports = class SmallestFirst extends Sequencer {
  sort(tests) {
    return [...tests].sort((one, other) => this._fileSize(one) - this._fileSize(other));
  }

  _fileSize(test) {
    return test.context.hasteFS.getSize(test.path) ?? 0;
  }
};
