// The silos: replicas of one app, which talk to each other directly inside the environment.
param name string
param location string
param environmentId string
param identityId string
param identityClientId string
param registryServer string
param image string
param pipelineFolder string
param pipelineName string
param topic string
param tableUri string
param blobUri string
param eventHubsNamespace string
param brokers string
param saslMechanism string
param saslUser string
@secure()
param saslPassword string
@secure()
param scoreKey string
@secure()
param readKey string
@secure()
param adminKey string
param minReplicas int
param maxReplicas int
param isPublic bool

// As Kubernetes' scaler for Kafka names them.
var scalerMechanisms = {
  PLAIN: 'plaintext'
  'SCRAM-SHA-256': 'scram_sha256'
  'SCRAM-SHA-512': 'scram_sha512'
}

resource hubKey 'Microsoft.EventHub/namespaces/authorizationRules@2024-01-01' existing = if (!empty(eventHubsNamespace)) {
  name: '${eventHubsNamespace}/silos'
}

var kafkaPassword = empty(eventHubsNamespace) ? saslPassword : hubKey.listKeys().primaryConnectionString

// In a file and not in variables: librdkafka's names have dots, which Container Apps has refused in names of variables.
var settings = {
  Kafka: {
    Brokers: brokers
    CreateTopics: false
    'security.protocol': 'SASL_SSL'
    'sasl.mechanism': saslMechanism
    'sasl.username': saslUser
    'sasl.password': kafkaPassword
    // Azure's load balancers drop connections that are idle for four minutes.
    'connections.max.idle.ms': '180000'
    'metadata.max.age.ms': '180000'
  }
}

resource app 'Microsoft.App/containerApps@2024-03-01' = {
  name: name
  location: location
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      activeRevisionsMode: 'Single'
      ingress: {
        external: isPublic
        targetPort: 8080
        transport: 'auto'
        allowInsecure: false
      }
      registries: [
        {
          server: registryServer
          identity: identityId
        }
      ]
      secrets: [
        {
          name: 'score-key'
          value: scoreKey
        }
        {
          name: 'read-key'
          value: readKey
        }
        {
          name: 'admin-key'
          value: adminKey
        }
        {
          name: 'kafka-user'
          value: saslUser
        }
        {
          name: 'kafka-password'
          value: kafkaPassword
        }
        {
          name: 'settings'
          value: string(settings)
        }
      ]
    }
    template: {
      // Longer than a silo needs to hand over and end.
      terminationGracePeriodSeconds: 60
      containers: [
        {
          name: 'silo'
          image: '${registryServer}/${image}'
          args: ['run', pipelineFolder, '--engine', 'orleans', '--urls', 'http://0.0.0.0:8080', '--state', '/state']
          resources: {
            cpu: 2
            memory: '4Gi'
          }
          env: [
            { name: 'AZURE_CLIENT_ID', value: identityClientId }
            { name: 'Clustering__Provider', value: 'azure' }
            { name: 'Clustering__AccountUri', value: tableUri }
            { name: 'Clustering__ClusterId', value: name }
            { name: 'Clustering__ServiceId', value: name }
            { name: 'Clustering__SiloPort', value: '11111' }
            { name: 'Clustering__GatewayPort', value: '30000' }
            { name: 'Storage__Provider', value: 'azure' }
            { name: 'Storage__AccountUri', value: blobUri }
            // The folder with appsettings.json, below.
            { name: 'DOTNET_CONTENTROOT', value: '/configuration' }
            { name: 'Auth__Keys__0__Key', secretRef: 'score-key' }
            { name: 'Auth__Keys__0__Role', value: 'score' }
            { name: 'Auth__Keys__1__Key', secretRef: 'read-key' }
            { name: 'Auth__Keys__1__Role', value: 'read' }
            { name: 'Auth__Keys__2__Key', secretRef: 'admin-key' }
            { name: 'Auth__Keys__2__Role', value: 'admin' }
          ]
          probes: [
            {
              type: 'Startup'
              httpGet: { path: '/health/live', port: 8080 }
              periodSeconds: 5
              failureThreshold: 10
              timeoutSeconds: 3
            }
            {
              type: 'Liveness'
              httpGet: { path: '/health/live', port: 8080 }
              periodSeconds: 10
              failureThreshold: 3
              timeoutSeconds: 3
            }
            {
              type: 'Readiness'
              httpGet: { path: '/health/ready', port: 8080 }
              periodSeconds: 3
              failureThreshold: 2
              timeoutSeconds: 2
            }
          ]
          volumeMounts: [
            { volumeName: 'state', mountPath: '/state' }
            { volumeName: 'temporary', mountPath: '/tmp' }
            { volumeName: 'configuration', mountPath: '/configuration' }
          ]
        }
      ]
      volumes: [
        { name: 'state', storageType: 'EmptyDir' }
        { name: 'temporary', storageType: 'EmptyDir' }
        {
          name: 'configuration'
          storageType: 'Secret'
          secrets: [
            { secretRef: 'settings', path: 'appsettings.json' }
          ]
        }
      ]
      scale: {
        minReplicas: minReplicas
        maxReplicas: maxReplicas
        rules: [
          {
            name: 'consumer-lag'
            custom: {
              type: 'kafka'
              metadata: {
                bootstrapServers: brokers
                topic: topic
                consumerGroup: 'inference-${pipelineName}'
                lagThreshold: '20000'
                offsetResetPolicy: 'earliest'
                sasl: scalerMechanisms[saslMechanism]
                tls: 'enable'
              }
              auth: [
                { triggerParameter: 'username', secretRef: 'kafka-user' }
                { triggerParameter: 'password', secretRef: 'kafka-password' }
              ]
            }
          }
        ]
      }
    }
  }
}

output address string = 'https://${app.properties.configuration.ingress.fqdn}'
