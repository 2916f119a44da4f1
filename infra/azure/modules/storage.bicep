// Membership in tables, state in blobs. No account keys: the silos' identity has the two roles.
param name string
param location string
param principalId string

// Storage Table Data Contributor, Storage Blob Data Contributor
var roles = [
  '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
]

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: take('${replace(toLower(name), '-', '')}${uniqueString(resourceGroup().id, name)}', 24)
  location: location
  kind: 'StorageV2'
  sku: {
    name: 'Standard_ZRS'
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowSharedKeyAccess: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
  }
}

resource access 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for role in roles: {
  name: guid(account.id, principalId, role)
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', role)
  }
}]

output tableUri string = account.properties.primaryEndpoints.table
output blobUri string = account.properties.primaryEndpoints.blob
