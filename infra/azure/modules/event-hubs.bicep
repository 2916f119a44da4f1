// Event Hubs as a Kafka: the Standard tier is the first that speaks its protocol, on port 9093.
param name string
param location string
param partitions int
param topics array

resource namespace 'Microsoft.EventHub/namespaces@2024-01-01' = {
  name: '${name}-${uniqueString(resourceGroup().id, name)}'
  location: location
  sku: {
    name: 'Standard'
    tier: 'Standard'
    capacity: 2
  }
  properties: {
    isAutoInflateEnabled: true
    maximumThroughputUnits: 20
    minimumTlsVersion: '1.2'
  }
}

resource hubs 'Microsoft.EventHub/namespaces/eventhubs@2024-01-01' = [for topic in topics: {
  parent: namespace
  name: topic
  properties: {
    partitionCount: partitions
    messageRetentionInDays: 7
  }
}]

// Read by the app's module, so that the key is in no output.
resource silos 'Microsoft.EventHub/namespaces/authorizationRules@2024-01-01' = {
  parent: namespace
  name: 'silos'
  properties: {
    rights: ['Listen', 'Send']
  }
}

output namespace string = namespace.name
output brokers string = '${namespace.name}.servicebus.windows.net:9093'
