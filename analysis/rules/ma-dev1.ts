import { DEVELOPMENT_MODE_KEY } from '../../lib/contracts/development';
import { at } from '../model/json';
import { rule } from './rule';

/** Development mode isn't forgotten. */
export const MA_DEV1 = rule({
  id: 'MA-DEV1',
  family: 'audit',
  severity: 'error',
  subject: 'stack',
  what: 'No stack is in development mode.',
  why: 'In development mode, trail, evidence, keys and logs are not locked and are deleted with their stack, so there is no reliable record of what an agent did.',
  fix: 'Remove DevelopmentMode.of(scope).enable(), or acknowledge this finding for the stack of a sandbox account',
  page: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html',
  controls: { nist: ['AU-9', 'AU-11', 'CM-6'], iso: ['A.8.15', 'A.8.31'], soc2: ['CC7.2'] },
  *check({ model }) {
    for (const { stack } of model.readers) {
      // Acknowledgements are found by the path of a resource.
      const resource = model.resources.find((each) => each.stack === stack);
      if (resource && at(stack.template, 'Metadata', DEVELOPMENT_MODE_KEY) !== undefined) {
        yield {
          at: { stack, resource, path: 'DeletionPolicy' },
          subject: stack.id,
          says: `The stack ${stack.id} is in development mode`,
        };
      }
    }
  },
});
