import { Connections, type IPeer } from 'aws-cdk-lib/aws-ec2';
import type { IConstruct } from 'constructs';
import { DYNAMODB_PREFIX_LIST_IDS, S3_PREFIX_LIST_IDS } from '../facts/managed-prefix-lists';
import { regionalFact } from './regional-fact';

/**
 * The AWS-managed prefix list behind a gateway endpoint, as the target of a security group rule.
 *
 * Unlike `ec2.Peer.prefixList` its rule is part of the group itself: that saves a resource per rule, and a group with
 * a rule of its own gets neither EC2's default "allow all outbound" rule nor CDK's placeholder against it.
 */
export class ManagedPrefixList implements IPeer {
  public static s3(scope: IConstruct): ManagedPrefixList {
    return new ManagedPrefixList('Amazon S3', regionalFact(scope, 'S3PrefixList', S3_PREFIX_LIST_IDS));
  }

  public static dynamoDb(scope: IConstruct): ManagedPrefixList {
    return new ManagedPrefixList('DynamoDB', regionalFact(scope, 'DynamoDbPrefixList', DYNAMODB_PREFIX_LIST_IDS));
  }

  public readonly canInlineRule = true;
  public readonly uniqueId: string;
  public readonly connections: Connections = new Connections({ peer: this });

  private constructor(
    public readonly serviceName: string,
    private readonly prefixListId: string,
  ) {
    this.uniqueId = `prefix list of ${serviceName}`;
  }

  public toIngressRuleConfig() {
    return { sourcePrefixListId: this.prefixListId };
  }

  public toEgressRuleConfig() {
    return { destinationPrefixListId: this.prefixListId };
  }
}
