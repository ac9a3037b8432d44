import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';
import { kmsViaService } from '../../function/kms-via-service';
import { KEY_READ_WRITE_ACTIONS, TOPIC_PUBLISH_ACTIONS } from '../../identity/perms';

/** Permissions to publish to one topic with its key. */
export function topicStatements(scope: IConstruct, topic: ITopic): PolicyStatement[] {
  return [
    new PolicyStatement({ sid: 'Notify', actions: TOPIC_PUBLISH_ACTIONS, resources: [topic.topicArn] }),
    ...(topic.masterKey ? [kmsViaService(scope, topic.masterKey, 'sns', KEY_READ_WRITE_ACTIONS)] : []),
  ];
}
