// Silos on Azure Container Apps: clustering and state in a storage account, Kafka from Event Hubs or from elsewhere, keys as secrets.
targetScope = 'resourceGroup'

@description('Name of the app; the other resources are named after it.')
@minLength(3)
@maxLength(20)
param name string = 'inference'

param location string = resourceGroup().location

@description('Container registry in this resource group that holds the image.')
param registryName string

@description('Repository and tag of the silo image in that registry.')
param image string = 'inference-silo:0.1.0'

@description('Folder of the pipeline in the image, its name, and its topics.')
param pipeline object = {
  folder: '/models/fraud'
  name: 'fraud'
  source: 'transactions'
  outputs: ['fraud-predictions', 'transactions-dlq', 'transactions-late']
}

@description('eventHubs makes a namespace and its hubs; external takes the brokers below, Confluent Cloud for example.')
@allowed(['eventHubs', 'external'])
param kafka string = 'eventHubs'

@description('HOST:PORT[,HOST:PORT] of an external Kafka with TLS.')
param brokers string = ''

@allowed(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
param saslMechanism string = 'PLAIN'

@description('User of an external Kafka; at Confluent Cloud the API key.')
param saslUser string = ''

@description('Password of an external Kafka; at Confluent Cloud the API secret.')
@secure()
param saslPassword string = ''

@description('Partitions of the source: more silos than this have no work.')
@minValue(1)
@maxValue(32)
param partitions int = 12

@description('Keys that callers send as Authorization: Bearer KEY, by role.')
@secure()
param scoreKey string

@secure()
param readKey string

@secure()
param adminKey string

@minValue(1)
param minReplicas int = 3

@minValue(1)
param maxReplicas int = 12

@description('Whether the address is reachable from outside the environment.')
param isPublic bool = false

@description('Subnet for the environment, delegated to Microsoft.App/environments; without one Azure makes its own network.')
param subnetId string = ''

module identity 'modules/identity.bicep' = {
  name: '${name}-identity'
  params: {
    name: name
    location: location
    registryName: registryName
  }
}

module storage 'modules/storage.bicep' = {
  name: '${name}-storage'
  params: {
    name: name
    location: location
    principalId: identity.outputs.principalId
  }
}

module eventHubs 'modules/event-hubs.bicep' = if (kafka == 'eventHubs') {
  name: '${name}-event-hubs'
  params: {
    name: name
    location: location
    partitions: partitions
    topics: concat([pipeline.source], pipeline.outputs)
  }
}

module environment 'modules/environment.bicep' = {
  name: '${name}-environment'
  params: {
    name: name
    location: location
    subnetId: subnetId
  }
}

module app 'modules/app.bicep' = {
  name: '${name}-app'
  params: {
    name: name
    location: location
    environmentId: environment.outputs.id
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    registryServer: identity.outputs.registryServer
    image: image
    pipelineFolder: pipeline.folder
    pipelineName: pipeline.name
    topic: pipeline.source
    tableUri: storage.outputs.tableUri
    blobUri: storage.outputs.blobUri
    eventHubsNamespace: kafka == 'eventHubs' ? eventHubs!.outputs.namespace : ''
    brokers: kafka == 'eventHubs' ? eventHubs!.outputs.brokers : brokers
    saslMechanism: kafka == 'eventHubs' ? 'PLAIN' : saslMechanism
    saslUser: kafka == 'eventHubs' ? '$ConnectionString' : saslUser
    saslPassword: saslPassword
    scoreKey: scoreKey
    readKey: readKey
    adminKey: adminKey
    minReplicas: minReplicas
    maxReplicas: maxReplicas
    isPublic: isPublic
  }
}

output address string = app.outputs.address
