/*
 * Stack traces that no test reads. Jest sets what is changed here before it loads the suite, so this runs afterwards.
 */

// As in Node. Jest keeps 100 frames of each error.
Error.stackTraceLimit = 10;

// CDK reads the stack of an object that isn't an error at every acknowledgement. Only those of errors are mapped to sources.
const { prepareStackTrace } = Error;
Error.prepareStackTrace = (error, frames) =>
  error instanceof Error
    ? prepareStackTrace(error, frames)
    : ['Error', ...frames.map((frame) => `    at ${frame}`)].join('\n');
