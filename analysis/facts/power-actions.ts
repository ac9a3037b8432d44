import { actionOf, expand } from './actions';

/**
 * Actions with which a single call gives a role or others more permissions, acts as another principal, runs code under
 * another role, opens a path out of its network, or disables the record of its actions.
 *
 * Three sources: every action of access level "permissions management", without the few that only use a permission;
 * every change of identities; and the list below, as patterns, so that variants which a service adds are in it, too.
 * Source of the list: the escalation paths that follow from roles and code in IAM
 * (docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html) and the service authorization reference, read 2026-11-27.
 */

/** Services in which every change is a change of permissions. */
const IDENTITY_SERVICES = ['iam', 'identitystore', 'organizations', 'rolesanywhere', 'sso', 'sso-directory'];

/** Creates the role of an AWS service, whose policy AWS writes: it gives no principal more permissions. */
const HARMLESS_CHANGES = ['iam:CreateServiceLinkedRole', 'iam:DeleteServiceLinkedRole'];

const ONE_STEP: Readonly<Record<string, string>> = {
  // Acting as another principal.
  sts: 'AssumeRole AssumeRoleWith* AssumeRoot GetFederationToken',
  'cognito-identity': 'GetCredentialsForIdentity GetOpenIdToken* SetIdentityPoolRoles SetPrincipalTagAttributeMap',
  // Driving agents, or changing their code. The library's roles have these for their own purposes (perms.ts).
  'bedrock-mantle': 'CreateAgentSession* DeleteAgentSession',
  'bedrock-agentcore':
    'CreateAgentRuntime* InvokeAgentRuntime* PutResourcePolicy DeleteResourcePolicy UpdateAgentRuntime* ' +
    'CreateHarness* InvokeHarness UpdateHarness* PassCapacityProvider',
  // Deploying resources with the role of a deployment.
  cloudformation:
    'CreateChangeSet CreateResource CreateStack CreateStackInstances CreateStackSet ExecuteChangeSet UpdateResource UpdateStack UpdateStackInstances ' +
    'UpdateStackSet',
  // Changing code, or the place where it runs, under an existing role.
  lambda:
    'CreateEventSourceMapping CreateFunction CreateFunctionUrlConfig PublishLayerVersion UpdateEventSourceMapping ' +
    'UpdateFunctionCode* UpdateFunctionConfiguration UpdateFunctionUrlConfig',
  states: 'CreateStateMachine* UpdateStateMachine*',
  codebuild: 'CreateProject StartBuild* UpdateProject',
  codepipeline: 'CreatePipeline UpdatePipeline',
  ecr: 'PutImage',
  ecs: 'CreateService CreateTaskSet ExecuteCommand RegisterTaskDefinition RunTask StartTask UpdateService',
  batch: 'RegisterJobDefinition',
  glue: 'CreateDevEndpoint CreateJob CreateSession UpdateDevEndpoint UpdateJob',
  sagemaker: 'CreateNotebookInstance* CreatePresigned* UpdateNotebookInstance*',
  datapipeline: 'CreatePipeline PutPipelineDefinition',
  elasticmapreduce: 'AddJobFlowSteps CreatePersistentAppUI GetOnClusterAppUIPresignedURL RunJobFlow',
  apprunner: 'CreateService UpdateService',
  events: 'PutTargets',
  scheduler: 'CreateSchedule UpdateSchedule',
  pipes: 'CreatePipe UpdatePipe',
  eks: 'AssociateAccessPolicy CreateAccessEntry UpdateAccessEntry CreatePodIdentityAssociation UpdatePodIdentityAssociation',
  // A shell or commands on a machine with a role.
  ssm: 'CreateAssociation* ResumeSession SendCommand StartSession UpdateAssociation* UpdateDocument*',
  ssmmessages: 'Create* Open*',
  'ec2-instance-connect': 'OpenTunnel Send*',
  ec2:
    'AssociateIamInstanceProfile ModifyInstanceAttribute ReplaceIamInstanceProfileAssociation RequestSpot* RunInstances ' +
    // A path out of the network.
    'AcceptTransitGateway* AcceptVpcPeeringConnection AssociateDhcpOptions AssociateRouteTable AttachInternetGateway ' +
    'AttachVpnGateway AuthorizeSecurityGroupEgress CreateNatGateway CreateRoute CreateTransitGateway* ' +
    'CreateVpcPeeringConnection DeleteVpcEndpoints EnableVgwRoutePropagation ModifyNetworkInterfaceAttribute ' +
    'ModifySecurityGroupRules ModifyVpcEndpoint ReplaceRoute ReplaceRouteTableAssociation',
  // The audit record, and its keys.
  cloudtrail:
    'DeleteEventDataStore DeleteTrail PutEventSelectors PutInsightSelectors StopEventDataStoreIngestion StopLogging ' +
    'UpdateEventDataStore UpdateTrail',
  kms: 'DisableKey PutKeyPolicy ScheduleKeyDeletion',
};

/** Level "permissions management" in the data, but they use, show or filter something and change no permission. */
const NO_POWER: Readonly<Record<string, string>> = {
  apigateway: 'AddCertificateToDomain RemoveCertificateFromDomain SetWebACL',
  appsync: 'SetWebACL',
  'arc-region-switch': 'GetResourcePolicy',
  backup: 'ListIndexedRecoveryPointsForSearch SearchRecoveryPoint',
  'bedrock-agentcore':
    'AuthorizeAction InvokeGateway InvokeWebSearch PartiallyAuthorizeActions SynchronizeGatewayTargets',
  billing: 'GetResourcePolicy',
  datazone: 'GetIamPortalLoginUrl',
  ds: 'AccessDSData',
  ec2: 'AttachApplianceToNatGateway AttachResourcesToPlacementGroup DetachApplianceFromNatGateway DetachResourcesFromPlacementGroup',
  entityresolution: 'UseIdNamespace UseWorkflow',
  fsx: 'GetResourcePolicy',
  glacier: 'SetDataRetrievalPolicy',
  glue:
    'BatchGetStageFiles DeregisterDataPreview Describe* Get* ListConnectionTypes ListEntities ManagedConnector ' +
    'RequestLogParsing RunDataPreviewStatement SendRecipeAction TerminateNotebook TestConnection UseGlueStudio',
  iotfleetwise: 'GenerateCommandPayload',
  managedblockchain: 'GET Invoke POST',
  monitron: 'ListProjectAdminUsers',
  opensearch: 'ApplicationAccessAll ViewLoginPage',
  quicksight: 'Describe*',
  'rds-db': 'connect',
  secretsmanager: 'ValidateResourcePolicy',
  ses: 'ApplyTrackingConfigurationOverrides',
  'ssm-sap': 'GetResourcePermission',
  waf: 'CreateWebACL DeleteWebACL UpdateWebACL',
  'waf-regional': 'CreateWebACL DeleteWebACL UpdateWebACL',
  xray: 'PutEncryptionConfig',
};
/** In every service: lets a service deliver the logs of a resource. */
const LOG_DELIVERY = /:AllowVendedLogDeliveryForResource$/;

const oneStep = new Map<string, ReadonlySet<string>>();
const without = new Map<string, ReadonlySet<string>>();

/**
 * Whether a single call of an action gives its caller more permissions, or the action is in the list but not in the
 * table.
 */
export function isPowerAction(action: string): boolean {
  const known = actionOf(action);
  const name = known?.action ?? action;
  if (isNamed(oneStep, ONE_STEP, name)) return true;
  if (!known) return false;
  if (known.level === 'permissions') {
    return !isNamed(without, NO_POWER, name) && !LOG_DELIVERY.test(name);
  }
  const changes = known.level === 'write' || known.level === 'tagging';
  return changes && IDENTITY_SERVICES.includes(name.split(':')[0]) && !HARMLESS_CHANGES.includes(name);
}

/** Patterns of the lists above that name no action: the service was renamed, or a name is misspelled. For a test. */
export function unknownPowerPatterns(): string[] {
  return [...patterns(ONE_STEP), ...patterns(NO_POWER)].filter((pattern) => expand(pattern).unknown !== undefined);
}

type Table = Readonly<Record<string, string>>;

const patterns = (table: Table): string[] => Object.keys(table).flatMap((prefix) => patternsOf(table, prefix));

const patternsOf = (table: Table, prefix: string): string[] =>
  Object.hasOwn(table, prefix) ? table[prefix].split(' ').map((name) => `${prefix}:${name}`) : [];

/** Whether a table names an action. Patterns are expanded for a service at its first action: apps use a few of the services. */
function isNamed(expanded: Map<string, ReadonlySet<string>>, table: Table, action: string): boolean {
  const prefix = action.slice(0, action.indexOf(':'));
  let names = expanded.get(prefix);
  if (!names) {
    names = new Set(patternsOf(table, prefix).flatMap((pattern) => expand(pattern).actions.map((each) => each.action)));
    expanded.set(prefix, names);
  }
  return names.has(action);
}
