import { type App, type InjectionContext, type IPropertyInjector, PropertyInjectors } from 'aws-cdk-lib/core';
import {
  AgentCoreEnvironment,
  AgentImage,
  ImageBuilder,
  type AgentCoreEnvironmentProps,
} from 'cdk-bedrock-managed-agents';

/** Lets AWS CodeBuild build the image of every environment without its own image. */
export class ImagesOfCodeBuild implements IPropertyInjector {
  /**
   * @param image value of the context variable `image`
   * @throws Error for another value than `code-build`
   */
  public static addTo(app: App, image: string | undefined): void {
    if (image === undefined) return;
    if (image !== String(ImageBuilder.CODE_BUILD)) {
      throw new Error(`--context image=${image} is not accepted. Allowed: ${ImageBuilder.CODE_BUILD}.`);
    }
    PropertyInjectors.of(app).add(new ImagesOfCodeBuild());
  }

  public readonly constructUniqueId = AgentCoreEnvironment.PROPERTY_INJECTION_ID;

  public inject(props: AgentCoreEnvironmentProps, _context: InjectionContext): AgentCoreEnvironmentProps {
    return { ...props, image: props.image ?? AgentImage.bundled({ builder: ImageBuilder.CODE_BUILD }) };
  }
}
