/** Made by tool/build-kernels.ts from the reference. Do not edit. */

/** WGSL; gpu.ts adds the bindings and the entry point. */
export const marbleShader = `
fn onPlate_(plate_0: i32, x_1: i32, y_2: i32) -> bool {
  var halfWidth_3: i32 = memory[(plate_0) >> 2u];
  var halfHeight_4: i32 = memory[(((plate_0) + (4))) >> 2u];
  if (((memory[(((plate_0) + (8))) >> 2u]) != (0))) {
    return ((((((x_1) * (x_1))) + (((y_2) * (y_2))))) < (((halfWidth_3) * (halfWidth_3))));
  }
  return (((((x_1) < (halfWidth_3)) && ((x_1) >= (((0) - (halfWidth_3))))) && ((y_2) < (halfHeight_4))) && ((y_2) >= (((0) - (halfHeight_4)))));
}

fn clamp_(x_0: i32, low_1: i32, high_2: i32) -> i32 {
  return min(max(x_0, low_1), high_2);
}

fn fieldAt_(field_0: i32, x_1: i32, y_2: i32) -> i32 {
  var nodes_3: i32 = field_0;
  var reachX_4: i32 = memory[(((field_0) + (8))) >> 2u];
  var reachY_5: i32 = memory[(((field_0) + (12))) >> 2u];
  var u_6: i32 = ((clamp_(x_1, ((0) - (reachX_4)), reachX_4)) + (9408));
  var v_7: i32 = ((clamp_(y_2, ((0) - (reachY_5)), reachY_5)) + (9408));
  var fx_8: i32 = ((u_6) & (127));
  var fy_9: i32 = ((v_7) & (127));
  var left_10: i32 = ((((128) - (fx_8))) * (((128) - (fx_8))));
  var right_11: i32 = ((fx_8) * (fx_8));
  var middle_12: i32 = ((((32768) - (left_10))) - (right_11));
  var k_13: i32 = ((((((((((v_7) >> u32(7))) - (1))) * (147))) + (((u_6) >> u32(7))))) - (1));
  var a_14: i32 = ((((((((left_10) * (memory[(((memory[(nodes_3) >> 2u]) + (((k_13) << u32(2))))) >> 2u]))) + (((middle_12) * (memory[(((memory[(nodes_3) >> 2u]) + (((((k_13) + (1))) << u32(2))))) >> 2u]))))) + (((right_11) * (memory[(((memory[(nodes_3) >> 2u]) + (((((k_13) + (2))) << u32(2))))) >> 2u]))))) >> u32(12));
  var b_15: i32 = ((((((((left_10) * (memory[(((memory[(nodes_3) >> 2u]) + (((((k_13) + (147))) << u32(2))))) >> 2u]))) + (((middle_12) * (memory[(((memory[(nodes_3) >> 2u]) + (((((k_13) + (148))) << u32(2))))) >> 2u]))))) + (((right_11) * (memory[(((memory[(nodes_3) >> 2u]) + (((((k_13) + (149))) << u32(2))))) >> 2u]))))) >> u32(12));
  var c_16: i32 = ((((((((left_10) * (memory[(((memory[(nodes_3) >> 2u]) + (((((k_13) + (294))) << u32(2))))) >> 2u]))) + (((middle_12) * (memory[(((memory[(nodes_3) >> 2u]) + (((((k_13) + (295))) << u32(2))))) >> 2u]))))) + (((right_11) * (memory[(((memory[(nodes_3) >> 2u]) + (((((k_13) + (296))) << u32(2))))) >> 2u]))))) >> u32(12));
  var top_17: i32 = ((((((128) - (fy_9))) * (((128) - (fy_9))))) >> u32(3));
  var bottom_18: i32 = ((((fy_9) * (fy_9))) >> u32(3));
  return ((((((((top_17) * (a_14))) + (((((((4096) - (top_17))) - (bottom_18))) * (b_15))))) + (((bottom_18) * (c_16))))) >> u32(12));
}

fn fadeOf_(t_0: i32) -> i32 {
  var cube_1: i32 = ((((((((t_0) * (t_0))) >> u32(13))) * (t_0))) >> u32(13));
  return ((((cube_1) * (((((((((((6) * (t_0))) - (122880))) * (t_0))) >> u32(13))) + (81920))))) >> u32(13));
}

fn finish_(mixed_0: i32) -> i32 {
  var h_1: i32 = mixed_0;
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(15))))) * (i32(-2048144789)));
  h_1 = ((((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(13))))) * (i32(-1028477387)));
  return ((h_1) ^ (bitcast<i32>(bitcast<u32>(h_1) >> u32(16))));
}

fn gradient_(mixed_0: i32, dx_1: i32, dy_2: i32) -> i32 {
  var h_3: i32 = ((finish_(mixed_0)) & (15));
  return ((((((memory[(((72) + (((h_3) << u32(2))))) >> 2u]) * (dx_1))) + (((memory[(((144) + (((h_3) << u32(2))))) >> 2u]) * (dy_2))))) >> u32(12));
}

fn noise_(x_0: i32, y_1: i32, seed_2: i32) -> i32 {
  var fx_3: i32 = ((x_0) & (8191));
  var fy_4: i32 = ((y_1) & (8191));
  var u_5: i32 = fadeOf_(fx_3);
  var v_6: i32 = fadeOf_(fy_4);
  var left_7: i32 = ((((x_0) >> u32(13))) * (668265261));
  var right_8: i32 = ((left_7) + (668265261));
  var s_9: i32 = ((((seed_2) + (1))) * (i32(-1640531535)));
  var row_10: i32 = ((((y_1) >> u32(13))) * (374761393));
  var top_11: i32 = ((row_10) ^ (s_9));
  var bottom_12: i32 = ((((row_10) + (374761393))) ^ (s_9));
  var a_13: i32 = gradient_(((left_7) ^ (top_11)), fx_3, fy_4);
  var b_14: i32 = gradient_(((right_8) ^ (top_11)), ((fx_3) - (8192)), fy_4);
  var c_15: i32 = gradient_(((left_7) ^ (bottom_12)), fx_3, ((fy_4) - (8192)));
  var d_16: i32 = gradient_(((right_8) ^ (bottom_12)), ((fx_3) - (8192)), ((fy_4) - (8192)));
  var ab_17: i32 = ((a_13) + (((((((b_14) - (a_13))) * (u_5))) >> u32(13))));
  var cd_18: i32 = ((c_15) + (((((((d_16) - (c_15))) * (u_5))) >> u32(13))));
  return ((((((ab_17) + (((((((cd_18) - (ab_17))) * (v_6))) >> u32(13))))) * (3))) >> u32(1));
}

fn fractal_(x_0: i32, y_1: i32, seed_2: i32, octaves_3: i32) -> i32 {
  var sum_4: i32 = 0;
  var px_5: i32 = x_0;
  var py_6: i32 = y_1;
  {
    var k_7: i32 = 0;
    loop {
      if (!(((k_7) < (octaves_3)))) { break; }
      sum_4 = ((sum_4) + (((noise_(px_5, py_6, ((seed_2) + (((k_7) * (17)))))) >> u32(k_7))));
      px_5 = ((((px_5) << u32(1))) + (1237));
      py_6 = ((((py_6) << u32(1))) - (911));
      continuing {
        k_7 = ((k_7) + (1));
      }
    }
  }
  return sum_4;
}

fn cloudsAt_(lattice_0: i32, u_1: i32, v_2: i32, c_3: i32) -> i32 {
  return ((fractal_(u_1, v_2, ((lattice_0) + (31)), 4)) + (((c_3) >> u32(1))));
}

fn equalise_(quantiles_0: i32, v_1: i32) -> i32 {
  if (((v_1) <= (memory[(memory[(quantiles_0) >> 2u]) >> 2u]))) {
    return 0;
  }
  if (((v_1) >= (memory[(((memory[(quantiles_0) >> 2u]) + (256))) >> 2u]))) {
    return 8191;
  }
  var low_2: i32 = 0;
  var high_3: i32 = 64;
  {
    loop {
      if (!(((((high_3) - (low_2))) > (1)))) { break; }
      var middle_4: i32 = ((((low_2) + (high_3))) >> u32(1));
      if (((memory[(((memory[(quantiles_0) >> 2u]) + (((middle_4) << u32(2))))) >> 2u]) <= (v_1))) {
        low_2 = middle_4;
      } else {
        high_3 = middle_4;
      }
      continuing {
      }
    }
  }
  return ((((low_2) << u32(7))) + (((((((v_1) - (memory[(((memory[(quantiles_0) >> 2u]) + (((low_2) << u32(2))))) >> 2u]))) << u32(7))) / (((memory[(((memory[(quantiles_0) >> 2u]) + (((((low_2) + (1))) << u32(2))))) >> 2u]) - (memory[(((memory[(quantiles_0) >> 2u]) + (((low_2) << u32(2))))) >> 2u]))))));
}

fn mul_(a_0: i32, b_1: i32) -> i32 {
  return ((((a_0) * (b_1))) >> u32(13));
}

fn ramp0_(out_0: ptr<function, array<i32, 3>>, palette_1: i32, t_2: i32) {
  var p_3: i32 = ((clamp_(t_2, 0, 8191)) * (4));
  var from_4: i32 = ((memory[(palette_1) >> 2u]) + (((((p_3) >> u32(13))) << u32(3))));
  var to_5: i32 = ((memory[(palette_1) >> 2u]) + (((((((p_3) >> u32(13))) + (1))) << u32(3))));
  var f_6: i32 = ((p_3) & (8191));
  (*out_0)[0] = ((memory[(memory[(from_4) >> 2u]) >> 2u]) + (((((((memory[(memory[(to_5) >> 2u]) >> 2u]) - (memory[(memory[(from_4) >> 2u]) >> 2u]))) * (f_6))) >> u32(13))));
  (*out_0)[1] = ((memory[(((memory[(from_4) >> 2u]) + (4))) >> 2u]) + (((((((memory[(((memory[(to_5) >> 2u]) + (4))) >> 2u]) - (memory[(((memory[(from_4) >> 2u]) + (4))) >> 2u]))) * (f_6))) >> u32(13))));
  (*out_0)[2] = ((memory[(((memory[(from_4) >> 2u]) + (8))) >> 2u]) + (((((((memory[(((memory[(to_5) >> 2u]) + (8))) >> 2u]) - (memory[(((memory[(from_4) >> 2u]) + (8))) >> 2u]))) * (f_6))) >> u32(13))));
}

fn triangle_(phase_0: i32) -> i32 {
  var p_1: i32 = ((phase_0) & (8191));
  return select(((((8192) - (p_1))) * (2)), ((p_1) * (2)), ((p_1) < (4096)));
}

fn vein_(distance_0: i32, width_1: i32) -> i32 {
  return select(((8192) - (((((distance_0) * (8192))) / (width_1)))), 0, ((distance_0) >= (width_1)));
}

fn blend0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32, t_2: i32) {
  var L_3: i32 = (*out_0)[0];
  var a_4: i32 = (*out_0)[1];
  var b_5: i32 = (*out_0)[2];
  (*out_0)[0] = ((L_3) + (((((((memory[(memory[(colour_1) >> 2u]) >> 2u]) - (L_3))) * (t_2))) >> u32(13))));
  (*out_0)[1] = ((a_4) + (((((((memory[(((memory[(colour_1) >> 2u]) + (4))) >> 2u]) - (a_4))) * (t_2))) >> u32(13))));
  (*out_0)[2] = ((b_5) + (((((((memory[(((memory[(colour_1) >> 2u]) + (8))) >> 2u]) - (b_5))) * (t_2))) >> u32(13))));
}

fn step_(a_0: i32, b_1: i32, x_2: i32) -> i32 {
  if (((a_0) == (b_1))) {
    return select(8192, 0, ((x_2) < (a_0)));
  }
  var t_3: i32 = clamp_(((((((x_2) - (a_0))) * (8192))) / (((b_1) - (a_0)))), 0, 8192);
  return mul_(mul_(t_3, t_3), ((24576) - (((2) * (t_3)))));
}

fn dim0_(out_0: ptr<function, array<i32, 3>>, k_1: i32) {
  (*out_0)[0] = (((((*out_0)[0]) * (k_1))) >> u32(13));
  (*out_0)[1] = (((((*out_0)[1]) * (k_1))) >> u32(13));
  (*out_0)[2] = (((((*out_0)[2]) * (k_1))) >> u32(13));
}

fn shadeMarble3_(s_0: i32, px_1: i32, py_2: i32, out_3: ptr<function, array<i32, 3>>) {
  var lattice_4: i32 = memory[(s_0) >> 2u];
  var rate_5: i32 = memory[(((s_0) + (4))) >> 2u];
  var palette_6: i32 = ((s_0) + (28));
  var gloss_7: i32 = memory[(((s_0) + (16))) >> 2u];
  var plate_8: i32 = ((s_0) + (36));
  var x_9: i32 = px_1;
  var y_10: i32 = py_2;
  if (((memory[(((s_0) + (152))) >> 2u]) != (0))) {
    var side_11: i32 = ((px_1) - (memory[(((s_0) + (24))) >> 2u]));
    if ((((side_11) > (i32(-46))) && ((side_11) < (46)))) {
      (*out_3)[0] = 900;
      (*out_3)[1] = 0;
      (*out_3)[2] = 6;
      return;
    }
    if (((side_11) >= (46))) {
      x_9 = ((px_1) - (700));
      y_10 = ((py_2) + (memory[(((s_0) + (20))) >> 2u]));
    }
  }
  var u_12: i32 = ((fieldAt_(((s_0) + (48)), x_9, y_10)) >> u32(3));
  var v_13: i32 = ((fieldAt_(((s_0) + (64)), x_9, y_10)) >> u32(2));
  var t_14: i32 = equalise_(((s_0) + (128)), cloudsAt_(lattice_4, u_12, v_13, ((fieldAt_(((s_0) + (80)), x_9, y_10)) >> u32(3))));
  var m_15: i32 = equalise_(((s_0) + (136)), fieldAt_(((s_0) + (96)), x_9, y_10));
  var fine_16: i32 = fractal_(((u_12) << u32(2)), ((v_13) << u32(2)), ((lattice_4) + (77)), 3);
  var cubed_17: i32 = mul_(t_14, mul_(t_14, t_14));
  ramp0_(out_3, palette_6, ((((mul_(cubed_17, ((1400) + (((memory[(((s_0) + (8))) >> 2u]) << u32(4)))))) + (((t_14) >> u32(4))))) + (((mul_(m_15, m_15)) >> u32(4)))));
  var p0_18: i32 = ((((((((v_13) * (rate_5))) >> u32(3))) + (((fine_16) >> u32(5))))) + (((fieldAt_(((s_0) + (112)), x_9, y_10)) >> u32(5))));
  var d1_19: i32 = triangle_(p0_18);
  var d2_20: i32 = triangle_(((((((((p0_18) * (5))) >> u32(1))) + (((u_12) >> u32(1))))) + (((fine_16) >> u32(3)))));
  var d3_21: i32 = triangle_(((((((((((u_12) * (9))) >> u32(3))) - (((((v_13) * (5))) >> u32(3))))) + (((fine_16) >> u32(4))))) + (((noise_(((u_12) << u32(1)), ((v_13) << u32(1)), ((lattice_4) + (8)))) >> u32(2)))));
  var halo_22: i32 = vein_(d1_19, ((mul_(m_15, 3600)) + (300)));
  var core_23: i32 = vein_(d1_19, ((mul_(mul_(m_15, m_15), memory[(((s_0) + (144))) >> 2u])) + (60)));
  var second_24: i32 = vein_(d2_20, mul_(m_15, ((340) + (memory[(((s_0) + (12))) >> 2u]))));
  var third_25: i32 = vein_(d3_21, mul_(mul_(m_15, t_14), ((160) + (memory[(((s_0) + (12))) >> 2u]))));
  blend0_(out_3, ((memory[(palette_6) >> 2u]) + (16)), mul_(mul_(halo_22, halo_22), mul_(m_15, 6200)));
  blend0_(out_3, ((memory[(palette_6) >> 2u]) + (24)), mul_(halo_22, mul_(mul_(m_15, m_15), 3500)));
  blend0_(out_3, ((memory[(palette_6) >> 2u]) + (32)), mul_(step_(0, 8192, core_23), ((1800) + (mul_(m_15, 5600)))));
  blend0_(out_3, ((memory[(palette_6) >> 2u]) + (24)), mul_(second_24, mul_(m_15, 6500)));
  blend0_(out_3, ((memory[(palette_6) >> 2u]) + (24)), mul_(third_25, 5200));
  if ((((memory[(((s_0) + (148))) >> 2u]) != (0)) && ((m_15) > (3000)))) {
    var line_26: i32 = vein_(d1_19, ((mul_(((m_15) - (3000)), 700)) + (50)));
    var leaf_27: i32 = mul_(step_(500, 3500, line_26), step_(3000, 4400, m_15));
    blend0_(out_3, 208, leaf_27);
    blend0_(out_3, 228, mul_(leaf_27, clamp_(((((noise_(((x_9) * (3)), ((y_10) * (9)), ((lattice_4) + (12)))) >> u32(1))) + (((line_26) >> u32(2)))), 0, 5000)));
  }
  var shine_28: i32 = clamp_(((((5200) - (((((x_9) + (y_10))) >> u32(1))))) - (((noise_(((x_9) >> u32(1)), ((y_10) >> u32(1)), ((lattice_4) + (40)))) >> u32(1)))), 0, 8192);
  (*out_3)[0] = (((((((*out_3)[0]) + (mul_(mul_(shine_28, shine_28), gloss_7)))) + (((fine_16) >> u32(7))))) + (((noise_(((x_9) * (20)), ((y_10) * (20)), lattice_4)) >> u32(8))));
  var rimmed_29: i32 = select(1, select(i32(-1), 0, onPlate_(plate_8, ((px_1) + (36)), ((py_2) + (36)))), onPlate_(plate_8, ((px_1) - (36)), ((py_2) - (36))));
  if ((((rimmed_29) != (0)) && !(((memory[(((s_0) + (156))) >> 2u]) != (0))))) {
    if (((rimmed_29) > (0))) {
      (*out_3)[0] = (((*out_3)[0]) + (150));
    } else {
      dim0_(out_3, 7492);
    }
  }
}

fn paint0_(out_0: ptr<function, array<i32, 3>>, colour_1: i32) {
  (*out_0)[0] = memory[(memory[(colour_1) >> 2u]) >> 2u];
  (*out_0)[1] = memory[(((memory[(colour_1) >> 2u]) + (4))) >> 2u];
  (*out_0)[2] = memory[(((memory[(colour_1) >> 2u]) + (8))) >> 2u];
}

fn sheetShadow3_(plate_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  {
    var k_4: i32 = 0;
    loop {
      if (!(((k_4) < (6)))) { break; }
      var d_5: i32 = ((24) + (((k_4) * (24))));
      if (onPlate_(plate_0, ((x_1) - (d_5)), ((y_2) - (d_5)))) {
        dim0_(out_3, ((8192) - (((((6) - (k_4))) * (150)))));
        return;
      }
      continuing {
        k_4 = ((k_4) + (1));
      }
    }
  }
}

fn surroundMarble3_(s_0: i32, x_1: i32, y_2: i32, out_3: ptr<function, array<i32, 3>>) {
  sheetShadow3_(((s_0) + (36)), x_1, y_2, out_3);
}

fn cube_(c_0: i32) -> i32 {
  return ((((((((c_0) * (c_0))) >> u32(10))) * (c_0))) >> u32(12));
}

fn toLinear0_(out_0: ptr<function, array<i32, 3>>) {
  var L_1: i32 = ((clamp_((*out_0)[0], 0, 4096)) << u32(12));
  var a_2: i32 = clamp_((*out_0)[1], i32(-1400), 1400);
  var b_3: i32 = clamp_((*out_0)[2], i32(-1400), 1400);
  var l_4: i32 = cube_(((((((L_1) + (((1623) * (a_2))))) + (((884) * (b_3))))) >> u32(12)));
  var m_5: i32 = cube_(((((((L_1) - (((432) * (a_2))))) - (((262) * (b_3))))) >> u32(12)));
  var s_6: i32 = cube_(((((((L_1) - (((366) * (a_2))))) - (((5290) * (b_3))))) >> u32(12)));
  (*out_0)[0] = clamp_(((((((((16698) * (l_4))) - (((13549) * (m_5))))) + (((946) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[1] = clamp_(((((((((i32(-5196)) * (l_4))) + (((10690) * (m_5))))) - (((1399) * (s_6))))) >> u32(12)), 0, 16384);
  (*out_0)[2] = clamp_(((((((((i32(-17)) * (l_4))) - (((2881) * (m_5))))) + (((6995) * (s_6))))) >> u32(12)), 0, 16384);
}

fn sampleLight_(canvas_0: i32, X_1: i32, Y_2: i32, grain_3: i32, out_4: ptr<function, array<i32, 3>>) {
  var plate_5: i32 = canvas_0;
  var scale_6: i32 = memory[(((canvas_0) + (12))) >> 2u];
  var finish_7: i32 = ((canvas_0) + (28));
  var x_8: i32 = ((((X_1) * (scale_6))) >> u32(14));
  var y_9: i32 = ((((Y_2) * (scale_6))) >> u32(14));
  if (onPlate_(plate_5, x_8, y_9)) {
    shadeMarble3_(finish_7, x_8, y_9, out_4);
    if (((memory[(((canvas_0) + (24))) >> 2u]) != (0))) {
      (*out_4)[0] = clamp_((*out_4)[0], 0, 16384);
      (*out_4)[1] = clamp_((*out_4)[1], 0, 16384);
      (*out_4)[2] = clamp_((*out_4)[2], 0, 16384);
      return;
    }
    (*out_4)[0] = (((*out_4)[0]) + (grain_3));
  } else {
    paint0_(out_4, ((canvas_0) + (16)));
    (*out_4)[0] = (((((*out_4)[0]) + (((grain_3) >> u32(1))))) + (((noise_(X_1, Y_2, 3)) >> u32(9))));
    surroundMarble3_(finish_7, x_8, y_9, out_4);
  }
  toLinear0_(out_4);
}
`;
