import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { KILL_VARIABLES, TURN_VARIABLES } from '../contracts/handler-variables';
import type { IManagedAgent } from '../agent';
import { MANTLE_SERVICE_PRINCIPAL } from '../facts/service-principals';
import {
  BEARER_TOKEN_ACTIONS,
  DEFINITION_FILE_ACTIONS,
  END_SESSIONS_ACTIONS,
  EVIDENCE_READ_ACTIONS,
  EVIDENCE_WRITE_ACTIONS,
  KEY_READ_ACTIONS,
  KEY_READ_WRITE_ACTIONS,
  KEY_WRITE_ACTIONS,
  LEDGER_CHANGE_ACTIONS,
  LEDGER_INDEX_ACTIONS,
  LEDGER_KEY_ACTIONS,
  LEDGER_REMOVE_ACTIONS,
  PASS_ROLE_ACTIONS,
  TURN_SESSION_ACTIONS,
} from '../identity/perms';
import { AgentNetworkService, type IAgentNetwork } from '../network';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { kmsViaService } from '../function/kms-via-service';
import { TurnFunction, type TurnFunctionSetting } from './turn-function';
import {
  type StepNeed,
  TURN_FUNCTION_NAMES,
  TURN_STEPS,
  type TurnFunctionName,
  type TurnVariable,
} from './turn-step-table';
import { DELETION_INDEX } from './turn-stores';

export interface TurnFunctionsProps extends TurnFunctionSetting {
  readonly agent: IManagedAgent;
  readonly network: IAgentNetwork;
  readonly ledger: ITable;
  readonly evidence: IBucket;
  /** The values of variables that depend on the workflow. */
  readonly variables: Readonly<Partial<Record<TurnVariable, string>>>;
}

/** How long the result of an ambiguous create, submit or cancel is searched. */
const SETTLE_SECONDS = 30;
/** How long one poll of a turn reads its live events. */
const LISTEN_SECONDS = 10;

interface Need extends StepNeed {
  readonly more?: iam.PolicyStatement[];
}

/**
 * The functions of the workflow, each with only the variables and permissions of its own step. They run in the agent's network with
 * their own security group. Their session permissions apply only through the agent's `bedrock-mantle` endpoint, so
 * their credentials can't be used elsewhere.
 */
export class TurnFunctions extends Construct {
  public readonly byName: Readonly<Record<TurnFunctionName, TurnFunction>>;
  /** Run by a schedule, not by the state machine. */
  public readonly expireSessions: TurnFunction;
  public readonly securityGroup: ec2.SecurityGroup;
  private readonly vpcEndpointId: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: TurnFunctionsProps,
  ) {
    super(scope, id);
    const { network } = props;
    this.securityGroup = new ec2.SecurityGroup(this, 'Group', {
      vpc: network.vpc,
      // A change of the description would replace the group, so it doesn't name the agent.
      description: 'Functions that drive a managed agent: only to the endpoints of its network',
      allowAllOutbound: false,
    });
    network.connect(this.securityGroup);
    this.vpcEndpointId = network.vpcEndpointId(AgentNetworkService.BEDROCK_MANTLE);

    const made = TURN_FUNCTION_NAMES.map((name) => {
      const { seconds, does, opensSessions, ...need } = TURN_STEPS[name];
      const more = opensSessions ? [this.passSessionRole(), ...this.readDefinition()] : [];
      return [name, this.makeFor(name, seconds, does, { ...need, more })] as const;
    });
    this.byName = Object.fromEntries(made) as Record<TurnFunctionName, TurnFunction>;
    this.expireSessions = this.makeFor('expire-sessions', 600, 'deletes sessions whose time is over', {
      variables: ['ledgerTable', 'ledgerIndex'],
      session: TURN_SESSION_ACTIONS.close,
      ledger: [...LEDGER_CHANGE_ACTIONS, ...LEDGER_REMOVE_ACTIONS],
      more: [
        new iam.PolicyStatement({
          sid: 'FindExpiredSessions',
          actions: LEDGER_INDEX_ACTIONS,
          resources: [`${props.ledger.tableArn}/index/${DELETION_INDEX}`],
        }),
      ],
    });
  }

  /** The function for a kill switch that ends the sessions of the agent. */
  public endSessions(scope: Construct, id: string): TurnFunction {
    const { sessionRole } = this.props.agent;
    const need = { variables: [], session: END_SESSIONS_ACTIONS };
    return this.makeFor('end-sessions', 300, 'ends all sessions', need, scope, id, {
      [KILL_VARIABLES.sessionRoleArn]: sessionRole.roleArn,
    });
  }

  private makeFor(
    code: string,
    timeoutSeconds: number,
    does: string,
    need: Need,
    scope: Construct = this,
    id = pascalCase(code),
    more: { [name: string]: string } = {},
  ): TurnFunction {
    const { agent, network, ledger, evidence, variables } = this.props;
    const values: Readonly<Partial<Record<TurnVariable, string>>> = {
      ...variables,
      ledgerTable: ledger.tableName,
      ledgerIndex: DELETION_INDEX,
      evidenceBucket: evidence.bucketName,
      settleSeconds: String(SETTLE_SECONDS),
      listenSeconds: String(LISTEN_SECONDS),
    };
    return new TurnFunction(scope, id, {
      ...this.props,
      // The name of a log group must not change with another construct: changed back, it would be the name of a log group
      // that was retained.
      logPrefix: scope === this ? this.props.logPrefix : undefined,
      code,
      description: `Turns of the agent ${agent.agentName}: ${does}`,
      timeout: Duration.seconds(timeoutSeconds),
      memoryMegabytes: 512,
      environment: {
        ...Object.fromEntries(need.variables.map((each) => [TURN_VARIABLES[each], values[each]!])),
        ...more,
      },
      statements: this.statements(need),
      placement: { network, securityGroup: this.securityGroup },
    });
  }

  private statements({ session, ledger, reads, writes, inParts, more = [] }: Need): iam.PolicyStatement[] {
    const { agent, evidence, encryptionKey, ledger: table } = this.props;
    const objects = (folders: string[]) => folders.map((folder) => evidence.arnForObjects(folder));
    return [
      ...(session
        ? [
            new iam.PolicyStatement({
              sid: 'SessionsThroughOwnEndpoint',
              actions: session,
              resources: [agent.project.projectArn],
              conditions: { StringEquals: { 'aws:SourceVpce': this.vpcEndpointId } },
            }),
            new iam.PolicyStatement({
              sid: 'NoBearerTokens',
              effect: iam.Effect.DENY,
              actions: BEARER_TOKEN_ACTIONS,
              // A denial is meant to cover everything.
              resources: ['*'],
            }),
          ]
        : []),
      ...(ledger
        ? [
            new iam.PolicyStatement({ sid: 'Ledger', actions: ledger, resources: [table.tableArn] }),
            kmsViaService(this, encryptionKey, 'dynamodb', LEDGER_KEY_ACTIONS),
          ]
        : []),
      ...(reads
        ? [new iam.PolicyStatement({ sid: 'ReadTexts', actions: EVIDENCE_READ_ACTIONS, resources: objects(reads) })]
        : []),
      ...(writes
        ? [new iam.PolicyStatement({ sid: 'WriteTexts', actions: EVIDENCE_WRITE_ACTIONS, resources: objects(writes) })]
        : []),
      ...(reads || writes
        ? [
            kmsViaService(
              this,
              evidence.encryptionKey ?? encryptionKey,
              's3',
              !writes ? KEY_READ_ACTIONS : reads || inParts ? KEY_READ_WRITE_ACTIONS : KEY_WRITE_ACTIONS,
            ),
          ]
        : []),
      ...more,
    ];
  }

  private passSessionRole(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: 'HandOverSessionRole',
      actions: PASS_ROLE_ACTIONS,
      resources: [this.props.agent.sessionRole.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': MANTLE_SERVICE_PRINCIPAL } },
    });
  }

  private readDefinition(): iam.PolicyStatement[] {
    const file = this.props.agent.sessionDefinition.fileArn;
    return file === undefined
      ? []
      : [new iam.PolicyStatement({ sid: 'ReadDefinition', actions: DEFINITION_FILE_ACTIONS, resources: [file] })];
  }
}

function pascalCase(name: string): string {
  return name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}
