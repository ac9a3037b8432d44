import { readChanges, testChanges } from './single-changes';

testChanges(readChanges());
