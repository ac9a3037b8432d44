/** Every Lambda function of the deployment: its code, its variables and its role's credentials, in its own thread. */
import { type DeployedResource, type Deployment } from './deployment';
import { FunctionHost } from './function-host';

export interface FunctionsOptions {
  /** Additional environment variables of a function, which override its own. */
  readonly environment: (found: DeployedResource) => Readonly<Record<string, string>>;
  /** Called before an execution environment of a function starts. @throws AwsError when it can't start */
  readonly onStart?: (found: DeployedResource) => void;
  readonly onLog?: (logicalId: string, line: string) => void;
}

export class Functions {
  /** Running invocations. */
  public running = 0;
  private closed = false;
  private readonly hosts = new Map<string, FunctionHost>();

  public constructor(
    private readonly deployment: Deployment,
    private readonly options: FunctionsOptions,
  ) {}

  /** By ARN (with or without a qualifier), name or logical id. @throws Error that names the functions */
  public find(reference: string): DeployedResource {
    const name = reference.replace(/^arn:.*:function:/, '').replace(/:[^:]*$/, '');
    const all = this.deployment.all('AWS::Lambda::Function');
    const found = all.find(({ ref, logicalId }) => ref === name || logicalId === name);
    if (found === undefined) {
      throw new Error(`No function "${reference}"; there are: ${all.map(({ logicalId }) => logicalId).join(', ')}`);
    }
    return found;
  }

  /** Invokes the real code of a function. Errors keep their names. */
  public async invoke(reference: string, payload: unknown): Promise<unknown> {
    if (this.closed) throw new Error('The local cloud is closed');
    this.running += 1;
    try {
      return await this.host(this.find(reference)).invoke(payload);
    } finally {
      this.running -= 1;
    }
  }

  /** Kills the function during its call. */
  public async crash(reference: string): Promise<void> {
    await this.hosts.get(this.find(reference).arn)?.crash();
  }

  public async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.hosts.values()].map((host) => host.crash()));
  }

  private host(found: DeployedResource): FunctionHost {
    const known = this.hosts.get(found.arn);
    if (known !== undefined) return known;
    const { onLog, onStart } = this.options;
    onStart?.(found);
    const host = new FunctionHost({
      directory: this.codeOf(found),
      handler: String(found.properties.Handler),
      name: found.ref,
      arn: found.arn,
      // Defaults of AWS::Lambda::Function: docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
      timeoutSeconds: Number(found.properties.Timeout ?? 3),
      memoryMegabytes: Number(found.properties.MemorySize ?? 128),
      environment: { ...variablesOf(found), ...this.options.environment(found) },
      onLog: onLog && ((line) => onLog(found.logicalId, line)),
    });
    this.hosts.set(found.arn, host);
    return host;
  }

  private codeOf({ logicalId, properties }: DeployedResource): string {
    const { S3Bucket: bucket, S3Key: key } = properties.Code as { S3Bucket?: string; S3Key?: string };
    const asset = this.deployment.assets.find((each) => each.bucket === bucket && each.key === key);
    if (asset === undefined || asset.packaging !== 'zip') {
      throw new Error(`The code of ${logicalId} is no directory of the assembly: only such functions run here`);
    }
    return asset.path;
  }
}

/** The variables of a function in the template. */
export function variablesOf({ properties }: Pick<DeployedResource, 'properties'>): Record<string, string> {
  const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
  return Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, String(value)]));
}
