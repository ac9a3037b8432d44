import { Token } from 'aws-cdk-lib/core';
import { requireInput, requireWholeNumber } from '../validation/input-error';
import { requireDomain } from './domain-name';
import { checkInputsOf } from '../validation/checked-inputs';

/** How traffic to the internet leaves a network that allows it. */
export interface AgentEgressOptions {
  /**
   * Why agents need this egress. With a reason, the egress is declared, and the security checks accept the NAT gateway
   * and the rules of the security groups. Without a reason, they report both.
   * @default - not declared
   */
  readonly reason?: string;

  /**
   * Number of NAT gateways. One NAT gateway for all Availability Zones fails with its own zone; one per zone costs
   * more. Not for `AgentNetwork.fromVpc`, which uses the routes of the VPC it is given.
   * @default 1
   */
  readonly natGateways?: number;
}

/** The destinations that agents can reach in addition to the endpoints of their network. */
export class AgentEgress {
  static {
    checkInputsOf(this, 'AgentEgress');
  }

  /** No destinations: no internet gateway, no NAT gateway, no route. The default. */
  public static isolated(): AgentEgress {
    return new AgentEgress('isolated', []);
  }

  /**
   * The named domains: a NAT gateway, and a Route 53 Resolver DNS Firewall that allows these names and the network's
   * own endpoints, and blocks every other name.
   *
   * DNS Firewall filters names, not connections. A command that knows an IP address can still connect to it on port
   * 443. To prevent that, use a VPC with AWS Network Firewall and `AgentNetwork.fromVpc`.
   *
   * @param domains `registry.npmjs.org` for one name, `*.example.com` for all names below `example.com` (not the name itself)
   * @throws InputError when the list is empty, has duplicates or a name DNS Firewall would not accept
   */
  public static allowList(domains: string[], options: AgentEgressOptions = {}): AgentEgress {
    requireInput(Token.isUnresolved(domains) || domains.length > 0, WHERE, {
      input: 'domains',
      value: domains,
      allowed: 'at least one domain',
      fix: 'name the domains, or use AgentEgress.isolated()',
    });
    domains.forEach((domain) => requireDomain(WHERE, 'domains', domain));
    const names = domains.map((domain) => domain.toLowerCase());
    requireInput(new Set(names).size === names.length, WHERE, {
      input: 'domains',
      value: domains,
      allowed: 'every domain once',
      fix: 'remove the duplicate',
    });
    return new AgentEgress('allow-list', domains, options);
  }

  /** The whole internet on port 443, through a NAT gateway. The security checks report it unless it has a reason. */
  public static open(options: AgentEgressOptions = {}): AgentEgress {
    return new AgentEgress('open', [], options);
  }

  /** Name of the choice: `isolated`, `allow-list` or `open`. */
  public readonly mode: string;

  /** The domains of an allow-list, as given. */
  public readonly domains: string[];

  /**
   * Requested number of NAT gateways.
   *
   * @default - one, if the egress includes the internet
   */
  public readonly natGateways?: number;

  /**
   * The given reason for this egress.
   * @default - not declared
   */
  public readonly reason?: string;

  private constructor(mode: string, domains: string[], options: AgentEgressOptions = {}) {
    if (options.natGateways !== undefined) {
      requireWholeNumber(WHERE, 'natGateways', options.natGateways, 1, 3, 'NAT gateways');
    }
    const { reason } = options;
    requireInput(reason === undefined || (reason.trim() !== '' && !Token.isUnresolved(reason)), WHERE, {
      input: 'reason',
      value: options.reason,
      allowed: 'a sentence that an auditor can read, known at synth',
      fix: 'say why agents need this way out, or leave reason out',
    });
    this.mode = mode;
    this.reason = options.reason?.trim();
    this.domains = [...domains];
    this.natGateways = options.natGateways;
  }

  /** Whether anything outside the endpoints can be reached. */
  public get reachesInternet(): boolean {
    return this.mode !== 'isolated';
  }
}

const WHERE = 'AgentEgress';
