import { DEVELOPMENT_MODE_KEY } from '../../contracts/development';
import type { TemplateSource } from '../template/template-source';
import type { SecurityRule } from './rule';

/** True for a stack that was made in development mode. */
function isDevelopmentStack({ template }: TemplateSource): boolean {
  return template.Metadata?.[DEVELOPMENT_MODE_KEY] !== undefined;
}

/** Development mode isn't forgotten. */
export const MA_DEV1: SecurityRule = {
  id: 'MA-DEV1',
  family: 'audit',
  severity: 'error',
  what: 'No stack was made in development mode.',
  why: 'In development mode, trail, evidence, keys and logs are not locked and are deleted with their stack, so nothing proves later what an agent did.',
  fix: 'Remove DevelopmentMode.of(scope).enable(), or acknowledge this finding for the stack of a sandbox account',
  page: 'https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html',
  controls: { nist: ['AU-9', 'AU-11', 'CM-6'], iso: ['A.8.15', 'A.8.31'], soc2: ['CC7.2'] },
  check: (index) =>
    index.sources.filter(isDevelopmentStack).flatMap((source) => {
      const resource = index.resources.find((each) => each.source === source);
      return resource
        ? [{ resource, detail: `the stack ${source.id} was made in development mode`, location: 'DeletionPolicy' }]
        : [];
    }),
};
