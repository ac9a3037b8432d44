import { HEXADECIMAL, WORDS } from './alphabet';
import { concat, join, literalOf, textOf } from './compose-text';
import type { Value } from './settled';
import type { TemplateReader } from './template-reader';
import type { OpaqueHole, Text } from './text';

/** The pseudo parameters of a stack. A value that the stack doesn't have is a hole. */
export class PseudoParameters {
  constructor(private readonly reader: TemplateReader) {}

  /** Undefined for a name that isn't a pseudo parameter. */
  public value(name: string): Value | undefined {
    const { stack } = this.reader;
    switch (name) {
      case 'AWS::NoValue':
        return { kind: 'absent' };
      case 'AWS::AccountId':
        return { kind: 'text', text: stack.account };
      case 'AWS::Region':
        return { kind: 'text', text: stack.region };
      case 'AWS::Partition':
        return { kind: 'text', text: textOf(stack.partition) };
      case 'AWS::URLSuffix':
        return { kind: 'text', text: textOf(stack.partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com') };
      case 'AWS::StackName':
        return { kind: 'text', text: this.stackName() };
      case 'AWS::StackId':
        return { kind: 'text', text: this.stackId() };
      case 'AWS::NotificationARNs':
        return { kind: 'unknown list', hole: this.own(name, '') };
      default:
        return name.startsWith('AWS::') ? { kind: 'text', text: [this.own(name, '')] } : undefined;
    }
  }

  private stackName(): Text {
    return this.reader.stack.name ?? [this.own('AWS::StackName', WORDS)];
  }

  /** An ARN that ends with a UUID. Templates use parts of the UUID to make names unique. */
  private stackId(): Text {
    const { account, region, partition } = this.reader.stack;
    const { naming } = this.reader.model;
    const uuid = ['11111111', '2222', '3333', '4444', '555555555555'].map((part, index): Text =>
      naming ? textOf(part) : [this.own(`AWS::StackId ${index + 1}`, HEXADECIMAL)],
    );
    return concat(
      textOf(`arn:${partition}:cloudformation:`),
      region,
      textOf(':'),
      account,
      textOf(':stack/'),
      this.stackName(),
      textOf('/'),
      join(uuid, '-'),
    );
  }

  private own(name: string, excludes: string): OpaqueHole {
    return { kind: 'pseudo', key: `${this.reader.stack.id}#${name}`, excludes };
  }
}

/** The partition of a Region. Agents are offered in commercial Regions only, so an unknown Region counts as one. */
export function partitionOf(region: Text): string {
  const name = literalOf(region) ?? '';
  return name.startsWith('cn-') ? 'aws-cn' : name.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
