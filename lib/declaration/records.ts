import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { CfnResource, Reference, Stack, Tokenization } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import type { DeclarationBase, TemplateText, UnreadablePart } from '../contracts/declarations';
import { stackId } from './stack-id';
import { templateText } from './template-text';
import { type RecordFor, resourceIds } from './write';

type Decision = Pick<DeclarationBase, 'reason' | 'expires'>;

/**
 * An action of a role that the rules would report.
 *
 * @param resources ARNs; undefined for every resource
 */
export function actionRecord(
  grantee: IGrantable,
  roleArn: string,
  action: string,
  resources: readonly string[] | undefined,
  decision: Decision,
): RecordFor {
  const { node } = grantee as Partial<IConstruct>;
  return (stack) => ({
    kind: 'action',
    ...(node ? { subject: node.path } : {}),
    role: templateText<TemplateText>(stack, roleArn),
    action,
    ...(resources ? { resources: templateText<TemplateText[]>(stack, resources) } : {}),
    ...decision,
  });
}

/** Egress of a network to a peer. */
export function egressRecord(network: EgressNetwork, peer: ec2.IPeer, port: number, decision: Decision): RecordFor {
  return (stack) => ({
    kind: 'egress',
    subject: network.node.path,
    vpc: templateText<TemplateText>(stack, network.vpc.vpcId),
    peer: templateText<TemplateText>(stack, peerText(peer)),
    port,
    ...decision,
  });
}

/** The required members of a network; `IAgentNetwork` has them. */
export interface EgressNetwork extends IConstruct {
  readonly vpc: ec2.IVpc;
}

function peerText(peer: ec2.IPeer): unknown {
  const { cidrIp, cidrIpv6, destinationPrefixListId, destinationSecurityGroupId } = peer.toEgressRuleConfig() as Record<
    string,
    unknown
  >;
  return cidrIp ?? cidrIpv6 ?? destinationPrefixListId ?? destinationSecurityGroupId;
}

/**
 * Something that can't be read.
 *
 * @param names ARNs, ids and names in templates, if it isn't in the app; by default, those of the construct
 */
export function unreadableRecord(construct: IConstruct, decision: Decision, names?: readonly string[]): RecordFor {
  return (stack) => {
    const parts = partsOf(construct, stack);
    return {
      kind: 'unreadable',
      subject: construct.node.path,
      ...(parts.length > 0
        ? { parts }
        : { names: templateText<TemplateText[]>(stack, [...(names ?? namesOf(construct))]) }),
      ...decision,
    };
  };
}

/** Whether an ARN or id names a resource outside of the app. */
export function isImported(text: string): boolean {
  return !Tokenization.reverseString(text).tokens.some(
    (token) => Reference.isReference(token) && CfnResource.isCfnResource(token.target),
  );
}

function partsOf(construct: IConstruct, writer: Stack): UnreadablePart[] {
  const all = construct.node.findAll();
  const stacks = new Set(all.filter((node) => CfnResource.isCfnResource(node)).map((node) => Stack.of(node)));
  all.filter((node) => Stack.isStack(node)).forEach((stack) => stacks.add(stack));
  return [...stacks].map((stack) => ({
    ...(stack === writer ? {} : { stack: stackId(stack) }),
    ...(all.includes(stack) ? {} : { logicalIds: resourceIds(construct, stack) }),
  }));
}

/**
 * ARNs, ids and names of an imported resource: the values in the reference interfaces of aws-cdk-lib (`roleRef` of an
 * IRole, `vpcRef` of an IVpc), which every resource has.
 */
function namesOf(construct: IConstruct): string[] {
  const names = new Set<string>();
  const add = (value: unknown) => typeof value === 'string' && names.add(value);
  for (let level: object = construct; level !== Object.prototype; level = Object.getPrototypeOf(level) as object) {
    for (const key of Object.getOwnPropertyNames(level).filter((name) => name.endsWith('Ref'))) {
      try {
        const reference = (construct as unknown as Record<string, unknown>)[key];
        Object.values(typeof reference === 'object' && reference !== null ? reference : {}).forEach(add);
      } catch {
        // Imports by name throw for attributes that they don't know.
      }
    }
  }
  return [...names];
}
