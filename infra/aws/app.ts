import { App, Validations } from 'aws-cdk-lib'
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag'
import { DaybookStack } from './daybook-stack.ts'
import { readStage } from './stage.ts'

const app = new App()
new DaybookStack(app, readStage(app.node))
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app))
