/** The AWS account around the agents of a cloud assembly, on this machine. */
export { LocalCloud, type LocalCloudOptions, type PublishedEvent } from './cloud';
export { HangUp, type Fields } from './aws-error';
export { type Operation } from './front';
export { Deployment, type DeployedResource } from './deployment';
export { type CloudEvent, type Delivery, type EventEntry } from './event-buses';
export { type Execution, type Machine } from './executions';
export { type GuardrailFinding, type Screening } from './guardrail';
export { type Pace, type StateMachineDefinition } from './interpreter';
