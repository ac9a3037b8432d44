import { readChanges, testChanges } from './single-changes';

// `npm run test:soak` makes all of the changes.
testChanges(readChanges().filter((_, index) => index % 10 === 0));
