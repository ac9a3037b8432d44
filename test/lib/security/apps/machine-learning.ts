import * as agentcore from 'aws-cdk-lib/aws-bedrockagentcore';
import * as bedrock from 'aws-cdk-lib/aws-bedrock';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as iot from 'aws-cdk-lib/aws-iot';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sagemaker from 'aws-cdk-lib/aws-sagemaker';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { ENV } from '../governed-app';
import { oneStack, type OrdinaryApp } from './app';
import { functionIn } from './compute';
import { serviceRole } from './service-role';

/** Models, assistants and devices, as a platform team writes them with the constructs of aws-cdk-lib. */
export const MACHINE_LEARNING: readonly OrdinaryApp[] = [
  oneStack('SageMaker: Studio in a VPC, a pipeline, a feature group and an endpoint that scales', (stack) => {
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
    const studio = serviceRole(stack, 'Studio', 'sagemaker.amazonaws.com');
    studio.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('AmazonSageMakerFullAccess'));
    new sagemaker.CfnDomain(stack, 'Domain', {
      authMode: 'IAM',
      domainName: 'ml',
      vpcId: vpc.vpcId,
      appNetworkAccessType: 'VpcOnly',
      subnetIds: vpc.privateSubnets.map(({ subnetId }) => subnetId),
      defaultUserSettings: { executionRole: studio.roleArn },
    });
    new sagemaker.CfnPipeline(stack, 'Pipeline', {
      pipelineName: 'train',
      roleArn: studio.roleArn,
      pipelineDefinition: { PipelineDefinitionBody: '{"Version":"2020-12-01","Steps":[]}' },
    });
    const model = new sagemaker.CfnModel(stack, 'Model', {
      executionRoleArn: studio.roleArn,
      primaryContainer: {
        image: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1',
        modelDataUrl: 's3://models/model.tar.gz',
      },
    });
    const configuration = new sagemaker.CfnEndpointConfig(stack, 'Config', {
      productionVariants: [
        {
          modelName: model.attrModelName,
          variantName: 'all',
          initialVariantWeight: 1,
          instanceType: 'ml.m5.large',
          initialInstanceCount: 1,
        },
      ],
    });
    const endpoint = new sagemaker.CfnEndpoint(stack, 'Endpoint', {
      endpointConfigName: configuration.attrEndpointConfigName,
    });
    const caller = functionIn(stack, 'Caller', { environment: { ENDPOINT: endpoint.attrEndpointName } });
    caller.addToRolePolicy(new iam.PolicyStatement({ actions: ['sagemaker:InvokeEndpoint'], resources: ['*'] }));
  }),
  oneStack('a knowledge base, a guardrail, a prompt, a flow, an agent and an inference profile of Bedrock', (stack) => {
    const service = new iam.Role(stack, 'Role', {
      assumedBy: new iam.ServicePrincipal('bedrock.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': ENV.account } },
      }),
    });
    service.addToPolicy(
      new iam.PolicyStatement({
        actions: ['bedrock:InvokeModel'],
        resources: ['arn:aws:bedrock:us-east-1::foundation-model/*'],
      }),
    );
    service.addToPolicy(new iam.PolicyStatement({ actions: ['s3vectors:*'], resources: ['*'] }));
    const kb = new bedrock.CfnKnowledgeBase(stack, 'Base', {
      name: 'docs',
      roleArn: service.roleArn,
      knowledgeBaseConfiguration: {
        type: 'VECTOR',
        vectorKnowledgeBaseConfiguration: {
          embeddingModelArn: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0',
        },
      },
      storageConfiguration: {
        type: 'S3_VECTORS',
        s3VectorsConfiguration: { indexArn: `arn:aws:s3vectors:us-east-1:${ENV.account}:bucket/vectors/index/docs` },
      },
    });
    new bedrock.CfnDataSource(stack, 'Source', {
      name: 'docs',
      knowledgeBaseId: kb.attrKnowledgeBaseId,
      dataSourceConfiguration: { type: 'S3', s3Configuration: { bucketArn: new s3.Bucket(stack, 'Docs').bucketArn } },
    });
    const guardrail = new bedrock.CfnGuardrail(stack, 'Guardrail', {
      name: 'chat',
      blockedInputMessaging: 'no',
      blockedOutputsMessaging: 'no',
      contentPolicyConfig: { filtersConfig: [{ type: 'HATE', inputStrength: 'LOW', outputStrength: 'LOW' }] },
    });
    const bot = functionIn(stack, 'Chat', {
      environment: { GUARDRAIL: guardrail.attrGuardrailId, KB: kb.attrKnowledgeBaseId },
    });
    bot.addToRolePolicy(
      new iam.PolicyStatement({
        actions: [
          'bedrock:InvokeModel*',
          'bedrock:Retrieve',
          'bedrock:RetrieveAndGenerate',
          'bedrock:ApplyGuardrail',
          'bedrock:Converse*',
        ],
        resources: ['*'],
      }),
    );
    bot.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE, invokeMode: lambda.InvokeMode.RESPONSE_STREAM });
    new bedrock.CfnPrompt(stack, 'Prompt', {
      name: 'summary',
      variants: [{ name: 'v', templateType: 'TEXT', templateConfiguration: { text: { text: 'Summarize {{x}}' } } }],
    });
    new bedrock.CfnApplicationInferenceProfile(stack, 'Profile', {
      inferenceProfileName: 'team',
      modelSource: { copyFrom: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0' },
    });
    const action = functionIn(stack, 'Action');
    action.addPermission('Bedrock', {
      principal: new iam.ServicePrincipal('bedrock.amazonaws.com'),
      sourceArn: `arn:aws:bedrock:us-east-1:${ENV.account}:agent/*`,
    });
    new bedrock.CfnAgent(stack, 'Agent', {
      agentName: 'helper',
      agentResourceRoleArn: service.roleArn,
      foundationModel: 'amazon.nova-lite-v1:0',
      instruction: 'Answer questions of customers about their orders.',
      actionGroups: [
        {
          actionGroupName: 'orders',
          actionGroupExecutor: { lambda: action.functionArn },
          functionSchema: { functions: [{ name: 'find' }] },
        },
      ],
    });
  }),
  oneStack(
    'AgentCore of another team: memory, gateway with a Lambda target, browser in a VPC, evaluator, identity',
    (stack) => {
      const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 2, natGateways: 1 });
      const gatewayRole = serviceRole(stack, 'GatewayRole', 'bedrock-agentcore.amazonaws.com');
      const tool = functionIn(stack, 'Tool');
      tool.grantInvoke(gatewayRole);
      const gateway = new agentcore.CfnGateway(stack, 'Gateway', {
        name: 'tools',
        authorizerType: 'CUSTOM_JWT',
        protocolType: 'MCP',
        roleArn: gatewayRole.roleArn,
        authorizerConfiguration: {
          customJwtAuthorizer: {
            discoveryUrl: 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abc/.well-known/openid-configuration',
            allowedClients: ['abc'],
          },
        },
      });
      new agentcore.CfnGatewayTarget(stack, 'Target', {
        name: 'orders',
        gatewayIdentifier: gateway.attrGatewayIdentifier,
        credentialProviderConfigurations: [{ credentialProviderType: 'GATEWAY_IAM_ROLE' }],
        targetConfiguration: {
          mcp: {
            lambda: {
              lambdaArn: tool.functionArn,
              toolSchema: { inlinePayload: [{ name: 'find', description: 'Find', inputSchema: { type: 'object' } }] },
            },
          },
        },
      });
      const memoryRole = serviceRole(stack, 'MemoryRole', 'bedrock-agentcore.amazonaws.com');
      memoryRole.addManagedPolicy(
        iam.ManagedPolicy.fromAwsManagedPolicyName(
          'AmazonBedrockAgentCoreMemoryBedrockModelInferenceExecutionRolePolicy',
        ),
      );
      new agentcore.CfnMemory(stack, 'Memory', {
        name: 'chat',
        eventExpiryDuration: 30,
        memoryExecutionRoleArn: memoryRole.roleArn,
      });
      new agentcore.CfnBrowserCustom(stack, 'Browser', {
        name: 'scraper',
        executionRoleArn: serviceRole(stack, 'BrowserRole', 'bedrock-agentcore.amazonaws.com').roleArn,
        networkConfiguration: {
          networkMode: 'VPC',
          vpcConfig: {
            subnets: vpc.privateSubnets.map(({ subnetId }) => subnetId),
            securityGroups: [new ec2.SecurityGroup(stack, 'Group', { vpc }).securityGroupId],
          },
        },
      });
      const chat = functionIn(stack, 'Chat');
      chat.addToRolePolicy(
        new iam.PolicyStatement({
          actions: [
            'bedrock-agentcore:InvokeGateway',
            'bedrock-agentcore:CreateEvent',
            'bedrock-agentcore:RetrieveMemoryRecords',
          ],
          resources: ['*'],
        }),
      );
    },
  ),
  oneStack('devices: a rule, a provisioning template, a role alias, SiteWise and a Timestream table', (stack) => {
    const provision = serviceRole(stack, 'Provision', 'iot.amazonaws.com');
    provision.addManagedPolicy(iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AWSIoTThingsRegistration'));
    new iot.CfnProvisioningTemplate(stack, 'Template', { provisioningRoleArn: provision.roleArn, templateBody: '{}' });
    const device = serviceRole(stack, 'Device', 'credentials.iot.amazonaws.com');
    device.addToPolicy(new iam.PolicyStatement({ actions: ['s3:PutObject', 'kinesisvideo:*'], resources: ['*'] }));
    new iot.CfnRoleAlias(stack, 'Alias', { roleArn: device.roleArn });
    const queue = new sqs.Queue(stack, 'Queue');
    const send = serviceRole(stack, 'Send', 'iot.amazonaws.com');
    queue.grantSendMessages(send);
    new iot.CfnTopicRule(stack, 'Rule', {
      topicRulePayload: {
        sql: "SELECT * FROM 'devices/+/data'",
        actions: [
          { sqs: { queueUrl: queue.queueUrl, roleArn: send.roleArn } },
          { lambda: { functionArn: functionIn(stack, 'Telemetry').functionArn } },
        ],
      },
    });
    new iot.CfnPolicy(stack, 'Policy', {
      policyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['iot:Connect', 'iot:Publish'], Resource: '*' }],
      },
    });
  }),
];
