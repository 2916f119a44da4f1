using Microsoft.Extensions.Logging;
using Orleans.Inference.Commands;
using Orleans.Inference.Embedded;

using var loggers = LoggerFactory.Create(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Information));
return await InferenceProgram.RunAsync(args, [new EmbeddedEngineFactory(loggers)]);
