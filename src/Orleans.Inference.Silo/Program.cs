using Orleans.Inference.Commands;
using Orleans.Inference.Embedded;

return await InferenceProgram.RunAsync(args, loggers => [new EmbeddedEngineFactory(loggers)]);
