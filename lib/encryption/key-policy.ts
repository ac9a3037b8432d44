import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Annotations, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { policyText } from '../validation/policy-text';
import { requireSamePlace } from '../validation/same-place';

/** The policy statements that this library added to one key. */
interface KeyUse {
  readonly statements: Set<string>;
  /** How often each Sid is used: a Sid is unique in a policy. */
  readonly sids: Map<string, number>;
  /** The missing policy statements of an imported key. */
  readonly missing: iam.PolicyStatement[];
}

const USES = new WeakMap<kms.IKey, KeyUse>();

/** Adds a statement to the policy of a key, once. */
export function addToKeyPolicy(key: kms.IKey, scope: IConstruct, statement: iam.PolicyStatement): void {
  const { statements, missing, sids } = useOf(key);
  const text = JSON.stringify(Stack.of(scope).resolve(statement.toStatementJson()));
  if (statements.has(text)) {
    return;
  }
  statements.add(text);
  const count = (sids.get(statement.sid ?? '') ?? 0) + 1;
  sids.set(statement.sid ?? '', count);
  if (count > 1) {
    statement.sid = `${statement.sid}${count}`;
  }
  if (!key.addToResourcePolicy(statement).statementAdded) {
    if (missing.push(statement) === 1) {
      warn(key, scope, missing);
    }
  }
}

function useOf(key: kms.IKey): KeyUse {
  const use = USES.get(key) ?? {
    statements: new Set(),
    sids: new Map<string, number>(),
    missing: [],
  };
  USES.set(key, use);
  return use;
}

/**
 * The policy of an imported key isn't changed, and a missing permission fails only at run time. So synthesis adds a
 * warning with the policy to attach: one policy for all users of the key, written when all are known.
 */
function warn(key: kms.IKey, scope: IConstruct, missing: iam.PolicyStatement[]): void {
  let said = false;
  key.node.addValidation({
    validate: () => {
      if (!said) {
        said = true;
        const policy = new iam.PolicyDocument({ statements: missing });
        Annotations.of(key).addWarningV2(
          'cdk-bedrock-managed-agents:keyPolicyNotUpdated',
          `The policy of the imported key ${key.node.path} cannot be updated from here. ` +
            `Add the statements of this policy to it: ${policyText(scope, policy.toJSON())}`,
        );
      }
      return [];
    },
  });
}

/**
 * Refuses keys of another Region, where no service uses them, and of another account, whose key policy these policy
 * statements (written for this account) don't change.
 */
export function requireUsableKey(key: kms.IKey, scope: IConstruct): void {
  requireSamePlace(scope, {
    input: 'encryptionKey',
    what: 'a key',
    construct: key,
    arn: key.keyArn,
    fix: 'create an AgentKey in this account and Region',
  });
}

/**
 * The same key for constructs of aws-cdk-lib that would add their own policy statements, without conditions or a
 * warning.
 */
export function withoutPolicyUpdates(key: kms.IKey): kms.IKey {
  return Object.create(key, { addToResourcePolicy: { value: () => ({ statementAdded: false }) } }) as kms.IKey;
}
