import { inAgentStacks } from '../model/agent-stacks';
import { isTrue } from '../model/json';
import { readPolicy } from '../policy/statement';
import type { SecurityRule } from './rule';

/** Keys rotate and are not everybody's. */
export const MA_ENC1: SecurityRule = {
  id: 'MA-ENC1',
  family: 'encryption',
  severity: 'fatal',
  what: 'Keys beside an agent rotate, and no key policy allows Principal "*" without a condition.',
  why: 'The key is the last gate before everything an agent stores; a policy open to everybody makes encryption a formality.',
  fix: 'Set EnableKeyRotation, and name the principals or add a condition on the calling account; AgentKey does both',
  page: 'https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html',
  controls: { nist: ['SC-12', 'SC-28', 'AC-3'], iso: ['A.8.24'], soc2: ['CC6.1'] },
  check: (index) =>
    inAgentStacks(index, 'AWS::KMS::Key', 'AWS::KMS::ReplicaKey').flatMap((resource) => {
      const { KeySpec, EnableKeyRotation, KeyPolicy, Origin } = resource.properties;
      // Asymmetric and HMAC keys and imported material cannot rotate by themselves; a replica rotates with its primary.
      const rotates =
        (KeySpec !== undefined && KeySpec !== 'SYMMETRIC_DEFAULT') ||
        (Origin !== undefined && Origin !== 'AWS_KMS') ||
        resource.type === 'AWS::KMS::ReplicaKey' ||
        isTrue(EnableKeyRotation);
      const open = readPolicy(KeyPolicy).some(
        (statement) =>
          statement.effect === 'Allow' &&
          statement.conditions.length === 0 &&
          (Object.values(statement.principals).flat().includes('*') || Object.keys(statement.notPrincipals).length > 0),
      );
      return [
        ...(rotates ? [] : [{ resource, location: 'Properties.EnableKeyRotation', detail: 'the key does not rotate' }]),
        ...(open
          ? [
              {
                resource,
                location: 'Properties.KeyPolicy',
                detail: 'the key policy allows everybody, without a condition',
              },
            ]
          : []),
      ];
    }),
};
