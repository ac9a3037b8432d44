import { networkControls } from '../model/network-parts';
import type { TemplateModel } from '../model/template-model';
import { type WrittenChange, writtenChanges } from '../model/written-calls';

/** The parts of a network, by what they decide. */
export type NetworkPart = 'endpoints' | 'groups' | 'names' | 'routes';

/** A call that the template has AWS make, and that changes the network of an agent. */
export interface NetworkCall extends WrittenChange {
  readonly part: NetworkPart;
}

/** The calls of custom resources, schedules and state machines that change a part of an agent's network. */
export function networkCalls(model: TemplateModel): readonly NetworkCall[] {
  return model.view(collect);
}

function collect(model: TemplateModel): NetworkCall[] {
  return writtenChanges(model)
    .filter(({ of }) => networkControls(model).has(of))
    .map((change) => ({ ...change, part: partOf(change.of.type) }));
}

function partOf(type: string): NetworkPart {
  switch (type) {
    case 'AWS::EC2::VPCEndpoint':
      return 'endpoints';
    case 'AWS::EC2::SecurityGroup':
      return 'groups';
    default:
      return type.startsWith('AWS::Route53Resolver::') ? 'names' : 'routes';
  }
}
