/** Values of Systems Manager parameters and of Secrets Manager. */
import { randomBytes } from 'node:crypto';
import { AwsError } from './aws-error';
import type { Deployment } from './deployment';
import { PARAMETER_BYTES } from './limits';

export class ParametersAndSecrets {
  private readonly secrets = new Map<string, string>();

  /** @throws Error when CloudFormation could not make a parameter */
  public constructor(private readonly deployment: Deployment) {
    for (const { logicalId, properties } of deployment.all('AWS::SSM::Parameter')) {
      const size = Buffer.byteLength(String(properties.Value));
      if (properties.Tier !== 'Advanced' && properties.Tier !== 'Intelligent-Tiering' && size > PARAMETER_BYTES) {
        throw new Error(`The parameter ${logicalId} has ${size} bytes; a standard parameter takes ${PARAMETER_BYTES}`);
      }
    }
  }

  /** The value of a parameter of the templates. */
  public parameter(name: string): string {
    const found = this.deployment.all('AWS::SSM::Parameter').find(({ ref }) => ref === name);
    if (found === undefined) throw new AwsError('ParameterNotFound', `no parameter ${name} in the deployment`);
    return String(found.properties.Value);
  }

  /** The value of a secret: generated on first use. */
  public secret(arn: string): string {
    if (!this.secrets.has(arn)) this.secrets.set(arn, randomBytes(32).toString('hex'));
    return this.secrets.get(arn)!;
  }
}
