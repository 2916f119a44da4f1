// The least that has to be said. Keys come from the environment of whoever deploys.
using 'main.bicep'

param registryName = 'myregistry'
param scoreKey = readEnvironmentVariable('INFERENCE_SCORE_KEY')
param readKey = readEnvironmentVariable('INFERENCE_READ_KEY')
param adminKey = readEnvironmentVariable('INFERENCE_ADMIN_KEY')
