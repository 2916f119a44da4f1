using Orleans.Inference.Grains.Benchmarks;

return await ClusterBench.RunAsync(BenchArguments.Parse(args));
