using Orleans.Inference.Commands;
using Orleans.Inference.Embedded;
using Orleans.Inference.Silo.Running;

return await InferenceProgram.RunAsync(args, loggers => [new SiloEngineFactory(loggers, TimeProvider.System), new EmbeddedEngineFactory(loggers)]);
