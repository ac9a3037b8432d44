// Which CloudFormation types of the installed aws-cdk-lib look as if they led to something: candidates for entry-types.json.
import { propertiesOfTypes } from './cdk-types';

/** Names of properties that hold a target: a function, a topic, a queue, a bus, a state machine, or any ARN to send to. */
const TARGET =
  /((Lambda|Function|Topic|Queue|EventBus|StateMachine)(Arns?|ARNs?|Name)$)|^(Lambda|LambdaFunction|LambdaConfig|EventBridgeConfig|ServiceToken|SnsTopic\w*|TargetArn|DestinationArn|NotificationARNs?|NotificationArns?|\w*NotificationTargetARN)$/i;

/** Type name → the properties that hold a target. */
export function typesWithTarget(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [type, properties] of propertiesOfTypes()) {
    const targets = properties.filter((property) => TARGET.test(property.slice(property.lastIndexOf('.') + 1)));
    if (targets.length > 0) found.set(type, targets);
  }
  return found;
}
