import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import type { IAgentNetwork } from './agent-network-props';
import type { AgentEgress } from './egress';
import type { EndpointSet } from './endpoint-set';
import type { NetworkAccess } from './network-access';
import type { AgentNetworkService } from './network-service';

/**
 * The common base of new networks and networks in an existing VPC.
 *
 * @internal
 */
export abstract class AgentNetworkBase extends Construct implements IAgentNetwork {
  public abstract readonly vpc: ec2.IVpc;
  public abstract readonly subnets: ec2.ISubnet[];
  public abstract readonly endpointSecurityGroup: ec2.ISecurityGroup;
  public abstract readonly egress: AgentEgress;
  /** @internal */
  protected abstract readonly _endpoints: EndpointSet;
  /** @internal */
  protected abstract readonly _access: NetworkAccess;

  public connect(client: ec2.IConnectable): void {
    this._access.open(client);
  }

  public addService(service: AgentNetworkService): void {
    this._endpoints.ensure(service);
  }

  public vpcEndpointId(service: AgentNetworkService): string {
    return this._endpoints.id(service);
  }
}
