// Runs one bundled function outside of its caller's module system, as Lambda does: a thread with its own environment.
// Messages: { id, payload } in; { id, answer }, { id, error } or { log } out.
'use strict';
const { randomUUID } = require('node:crypto');
const { parentPort, workerData } = require('node:worker_threads');

const { file, handler, logs, name, arn, timeoutSeconds, memoryMegabytes } = workerData;
console.log = (line) => {
  if (logs) parentPort.postMessage({ log: String(line) });
};

let loaded;
parentPort.on('message', async ({ id, payload }) => {
  try {
    loaded ??= require(file)[handler];
    const deadline = Date.now() + timeoutSeconds * 1000;
    const answer = await loaded(payload, {
      functionName: name,
      invokedFunctionArn: arn,
      memoryLimitInMB: String(memoryMegabytes),
      awsRequestId: randomUUID(),
      getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    });
    parentPort.postMessage({ id, answer: answer === undefined ? null : JSON.parse(JSON.stringify(answer)) });
  } catch (error) {
    parentPort.postMessage({ id, error: { name: error.name, message: error.message, stack: error.stack } });
  }
});
