import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import { Annotations, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { InputError, requireInput, requirePattern } from '../validation/input-error';
import type { AgentEndpointPolicy, AgentNetworkEndpoint } from './agent-network-props';
import { PerValidation } from '../validation/per-validation';
import { policyText } from '../validation/policy-text';
import { endpointArn, EndpointPolicy } from './endpoint-policy';
import type { AgentNetworkService } from './network-service';

export interface EndpointSetProps {
  readonly vpc: ec2.IVpc;
  readonly subnets: ec2.ISubnet[];
  readonly securityGroup: ec2.ISecurityGroup;
  readonly organizationId?: string;
  readonly policies?: AgentEndpointPolicy[];
  /** Existing endpoints of another owner, which are used but neither changed nor created. */
  readonly existing?: AgentNetworkEndpoint[];
  /** Whether missing endpoints are created. */
  readonly makesMissing: boolean;
}

interface Known {
  readonly service: AgentNetworkService;
  readonly vpcEndpointId: string;
  /** Absent if this library can't extend the policy. */
  readonly policy?: EndpointPolicy;
  /** Absent for an existing endpoint of another owner. */
  readonly made?: true;
}

/** Every endpoint of the app. */
const ENDPOINTS = new PerValidation((root) =>
  root.node.findAll().filter((each): each is ec2.CfnVPCEndpoint => each instanceof ec2.CfnVPCEndpoint),
);

/** The endpoints of one network: at most one per service, each with its own policy. */
export class EndpointSet {
  private readonly known = new Map<string, Known>();
  /** By service: every call can add more. */
  private readonly names = new Map<string, Set<string>>();
  private readonly replacements = new Map<string, PolicyDocument>();

  constructor(
    private readonly scope: Construct,
    private readonly props: EndpointSetProps,
  ) {
    if (props.organizationId !== undefined) {
      requirePattern(
        scope,
        'organizationId',
        props.organizationId,
        /^o-[a-z0-9]{10,32}$/,
        'an AWS Organization id',
        "pass for example 'o-a1b2c3d4e5'",
      );
    }
    for (const { service, vpcEndpointId } of props.existing ?? []) {
      requireInput(!this.known.has(keyOf(service)), scope, {
        input: 'endpoints',
        value: service.name,
        allowed: 'one endpoint per service',
        fix: 'remove the duplicate',
      });
      requirePattern(
        scope,
        `endpoints.${service.name}.vpcEndpointId`,
        vpcEndpointId,
        /^vpce-(?!svc-)[0-9A-Za-z-]+$/,
        'the id of a VPC endpoint, which begins with vpce- (vpce-svc- is a service)',
        'copy it from `aws ec2 describe-vpc-endpoints`',
      );
      this.known.set(keyOf(service), { service, vpcEndpointId });
      this.addNames(service);
    }
    for (const { service, document } of props.policies ?? []) {
      requireInput(!this.replacements.has(keyOf(service)) && !document.isEmpty, scope, {
        input: 'endpointPolicies',
        value: service.name,
        allowed: 'one policy document per service, with at least one statement',
        fix: 'merge the documents, or remove the entry to get the policy of this library',
      });
      this.replacements.set(keyOf(service), document);
    }
    scope.node.addValidation({ validate: () => [...this.unusedReplacements(), ...this.duplicates()] });
  }

  /** Creates the endpoint, or allows more actions through the existing one. */
  public ensure(service: AgentNetworkService): void {
    this.addNames(service);
    const known = this.known.get(keyOf(service));
    if (!known) {
      this.make(service);
    } else if (known.policy) {
      known.policy.allow(service);
    } else {
      this.warnPolicyIsNotOurs(service);
    }
    const need = service._needs();
    if (need && (this.has(need) || this.props.makesMissing)) {
      this.ensure(need);
    }
  }

  public has(service: AgentNetworkService): boolean {
    return this.known.has(keyOf(service));
  }

  public id(service: AgentNetworkService): string {
    const known = this.known.get(keyOf(service));
    if (!known) {
      throw new InputError(this.scope, {
        input: 'service',
        value: service.name,
        allowed: `a service with an endpoint in this network: ${[...this.known.values()].map((each) => each.service.name).join(', ')}`,
        fix: 'call addService first',
      });
    }
    return known.vpcEndpointId;
  }

  /** Host names of every service that has an endpoint, for a DNS allow-list. */
  public hostNames(): string[] {
    const { region, account } = Stack.of(this.scope);
    return [...this.names.values()].flatMap((names) =>
      [...names].map((name) => name.replace('{region}', region).replace('{account}', account)),
    );
  }

  /** Number of network interfaces of the new interface endpoints (which AWS bills by the hour). */
  public interfaceCount(): number {
    const endpoints = [...this.known.values()].filter(({ service, made }) => made && !service.isGateway);
    return endpoints.length * onePerZone(this.props.subnets).length;
  }

  private addNames(service: AgentNetworkService): void {
    const names = this.names.get(keyOf(service)) ?? new Set();
    service._hostNames.forEach((name) => names.add(name));
    this.names.set(keyOf(service), names);
  }

  private make(service: AgentNetworkService): void {
    if (!this.props.makesMissing) {
      throw new InputError(this.scope, {
        input: 'service',
        value: service.name,
        allowed: 'services whose endpoint was named when the network was imported',
        fix: `call addService(…) on the network where it is defined and list the endpoint in 'endpoints' here`,
      });
    }
    const endpoint = service.isGateway ? this.makeGateway(service) : this.makeInterface(service);
    const replacement = this.replacements.get(keyOf(service));
    if (replacement) {
      (endpoint.node.defaultChild as ec2.CfnVPCEndpoint).policyDocument = replacement;
    }
    const policy = replacement
      ? undefined
      : new EndpointPolicy(this.scope, this.props.organizationId, (statement) => endpoint.addToPolicy(statement));
    policy?.allow(service);
    this.known.set(keyOf(service), { service, vpcEndpointId: endpoint.vpcEndpointId, policy, made: true });
    if (replacement) {
      this.warnPolicyIsNotOurs(service);
    }
  }

  private makeInterface(service: AgentNetworkService): ec2.VpcEndpoint {
    return new ec2.InterfaceVpcEndpoint(this.scope, constructId(service), {
      vpc: this.props.vpc,
      // The class uses the Region of this stack, even if it is a token.
      service: new ec2.InterfaceVpcEndpointAwsService(service.name),
      subnets: { subnets: onePerZone(this.props.subnets) },
      securityGroups: [this.props.securityGroup],
      privateDnsEnabled: true,
      open: false, // CDK would allow the whole VPC; connect() allows one security group at a time.
    });
  }

  private makeGateway(service: AgentNetworkService): ec2.VpcEndpoint {
    const withoutRoutes = this.props.subnets.find((subnet) => !subnet.routeTable?.routeTableId);
    requireInput(withoutRoutes === undefined, this.scope, {
      input: 'subnets',
      value: withoutRoutes?.subnetId,
      allowed: `subnets with a known route table, because the ${service.name} gateway endpoint is a route`,
      fix: "import the VPC with its route table ids (Vpc.fromLookup does), or name the endpoint in 'existingEndpoints'",
    });
    return new ec2.GatewayVpcEndpoint(this.scope, constructId(service), {
      vpc: this.props.vpc,
      service: new ec2.GatewayVpcEndpointAwsService(service.name),
      subnets: [{ subnets: this.props.subnets }],
    });
  }

  /**
   * If another owner sets the policy, actions that a caller adds fail only at run time, so synthesis reports them. The
   * default actions aren't reported, because the owner of an endpoint for agents is expected to allow them.
   */
  private warnPolicyIsNotOurs(service: AgentNetworkService): void {
    if (service._added.length === 0) {
      return;
    }
    const resources = service._rules[0].resources.map((resource) => endpointArn(this.scope, resource));
    Annotations.of(this.scope).addWarningV2(
      `cdk-bedrock-managed-agents:endpointPolicyNotUpdated:${service.name}:${service._added.join(',')}`,
      `The policy of the ${service.name} endpoint is not managed by this network. ` +
        `Check that it allows ${service._added.join(', ')} on ${policyText(this.scope, resources)}`,
    );
  }

  /** A VPC can have one endpoint with private DNS per service; the deployment of a second one fails. */
  private duplicates(): string[] {
    const { vpc } = this.props;
    const interfaces = ENDPOINTS.of(this.scope).filter(
      (each) => each.vpcId === vpc.vpcId && each.vpcEndpointType === 'Interface' && each.privateDnsEnabled === true,
    );
    const serviceOf = (each: ec2.CfnVPCEndpoint) => JSON.stringify(Stack.of(each).resolve(each.serviceName));
    const own = interfaces.filter((each) => each.node.scopes.includes(this.scope));
    return own.flatMap((each) => {
      const other = interfaces.find((candidate) => candidate !== each && serviceOf(candidate) === serviceOf(each));
      return other
        ? [
            `${each.node.path} is a second endpoint with private DNS for its service in the VPC; the first is ${other.node.path}. ` +
              "Fix: share one network between the agents of a VPC, or name the endpoint in 'existingEndpoints'.",
          ]
        : [];
    });
  }

  private unusedReplacements(): string[] {
    return [...this.replacements.keys()]
      .filter((key) => !this.known.get(key)?.made)
      .map(
        (key) =>
          `endpointPolicies has a policy for ${key}, but this network makes no such endpoint. ` +
          'Fix: add the service, or remove the policy.',
      );
  }
}

/** An interface endpoint has one subnet per Availability Zone; subnets with an unknown zone are all used. */
function onePerZone(subnets: ec2.ISubnet[]): ec2.ISubnet[] {
  const seen = new Set<string>();
  return subnets.filter((subnet) => {
    const zone = zoneOf(subnet);
    const first = zone === undefined || !seen.has(zone);
    if (zone !== undefined) {
      seen.add(zone);
    }
    return first;
  });
}

function zoneOf(subnet: ec2.ISubnet): string | undefined {
  try {
    return subnet.availabilityZone;
  } catch {
    return undefined; // CDK throws for a subnet that was imported only by its id.
  }
}

function keyOf(service: AgentNetworkService): string {
  return `${service.name} (${service.isGateway ? 'gateway' : 'interface'})`;
}

function constructId(service: AgentNetworkService): string {
  const words = service.name.split(/[.-]/).map((word) => word[0].toUpperCase() + word.slice(1));
  return `${words.join('')}${service.isGateway ? 'Gateway' : ''}Endpoint`;
}
